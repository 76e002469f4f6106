import type { SQLWrapper } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { withAbort } from '../lib/deadline.ts';
import type { Database } from './client.ts';
import { toAppError } from './sql-error.ts';

const dialect = new PgDialect();

export const READ_DEADLINE_MS = 3_000;
export const WRITE_DEADLINE_MS = 10_000;

interface BatchOptions {
  deadlineMs: number;
  readOnly?: boolean;
  isolation?: 'ReadCommitted' | 'RepeatableRead' | 'Serializable';
  /** Ends the call before its deadline. */
  signal?: AbortSignal;
}

/** The rows of one statement; each row is the array of its columns. */
export type Rows = unknown[][];

/**
 * Runs the statements as one transaction in one round trip and returns their rows, in order. Either all of
 * them take effect or none. Fails open never: an unreachable database is `unavailable` after the deadline.
 *
 * Drizzle builds the statements but does not send them: its `batch()` fixes the isolation level.
 */
export async function runBatch(
  database: Database,
  statements: SQLWrapper[],
  options: BatchOptions,
): Promise<Rows[]> {
  const queries = statements.map((statement) => {
    const { sql, params } = dialect.sqlToQuery(statement.getSQL());
    return database.query(sql, params);
  });
  try {
    const results = await withAbort(
      options.deadlineMs,
      async (signal) =>
        await database.transaction(queries, {
          arrayMode: true,
          fullResults: true,
          isolationLevel: options.isolation ?? 'ReadCommitted',
          readOnly: options.readOnly ?? false,
          fetchOptions: { signal: options.signal ? AbortSignal.any([signal, options.signal]) : signal },
        }),
    );
    return results.map((result) => result.rows);
  } catch (error) {
    throw toAppError(error);
  }
}

/**
 * The first column of each row. The guarantee behind the type is the statement's own: it selects one JSON
 * value that its view declares as `T`.
 */
export function values<T>(rows: Rows | undefined): T[] {
  return (rows ?? []).map((row) => row[0] as T);
}
