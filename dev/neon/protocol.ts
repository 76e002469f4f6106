import type { IncomingHttpHeaders } from 'node:http';
import type { FieldDef, QueryArrayResult } from 'pg';
import * as z from 'zod';

const Query = z.object({ query: z.string(), params: z.array(z.unknown()).default([]) });

/** The body of `/sql`: one query, or a batch that runs as one transaction. */
export const SqlBody = z.union([z.object({ queries: z.array(Query) }), Query]);
export type SqlBody = z.infer<typeof SqlBody>;
export type Query = z.infer<typeof Query>;

const ISOLATION_LEVELS: Record<string, string> = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
};

const PROTOCOL_VIOLATION = '08P01';
const CONNECTION_FAILURE = '08006';
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** A refusal by the gateway itself, with the HTTP status and the SQLSTATE that it is told with. */
export class GatewayError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(message: string, status = 400, code = PROTOCOL_VIOLATION) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Reads one header; several of the same name count as none. */
export function readHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** The statement that begins a batch, with what its headers ask for. Throws for an unknown isolation level. */
export function beginStatement(headers: IncomingHttpHeaders): string {
  const level = readHeader(headers, 'neon-batch-isolation-level');
  const parts = ['BEGIN'];
  if (level !== undefined) {
    const name = ISOLATION_LEVELS[level];
    if (name === undefined) throw new GatewayError(`unknown isolation level: ${level}`);
    parts.push(`ISOLATION LEVEL ${name}`);
  }
  if (readHeader(headers, 'neon-batch-read-only') === 'true') parts.push('READ ONLY');
  if (readHeader(headers, 'neon-batch-deferrable') === 'true') parts.push('DEFERRABLE');
  return parts.join(' ');
}

/** Shapes a result the way Neon does: every value as the text that Postgres sent. */
export function shapeResult(result: QueryArrayResult<unknown[]>, asArrays: boolean) {
  const fields = result.fields.map(shapeField);
  const asObject = (row: unknown[]) =>
    Object.fromEntries(fields.map((field, index) => [field.name, row[index]]));
  return {
    command: result.command,
    rowCount: result.rowCount,
    rowAsArray: asArrays,
    fields,
    rows: asArrays ? result.rows : result.rows.map(asObject),
  };
}

function shapeField(field: FieldDef) {
  const { name, tableID, columnID, dataTypeID, dataTypeSize, dataTypeModifier, format } = field;
  return { name, tableID, columnID, dataTypeID, dataTypeSize, dataTypeModifier, format };
}

const text = z.string().optional().catch(undefined);
const DatabaseFields = z.object({
  severity: text,
  detail: text,
  hint: text,
  position: text,
  internalPosition: text,
  internalQuery: text,
  where: text,
  schema: text,
  table: text,
  column: text,
  dataType: text,
  constraint: text,
  file: text,
  line: text,
  routine: text,
});

/**
 * The status and body for a failure. What the database says goes through with its SQLSTATE as 400; a database that
 * cannot be reached has none of its own and becomes 08006.
 */
export function shapeError(error: unknown): { status: number; body: Record<string, unknown> } {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isState = typeof code === 'string' && SQLSTATE.test(code);
  const fields = DatabaseFields.safeParse(error);
  return {
    status: error instanceof GatewayError ? error.status : 400,
    body: { message, ...fields.data, code: isState ? code : CONNECTION_FAILURE },
  };
}
