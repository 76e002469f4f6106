import type { SQLWrapper } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { callDatabase, type Database } from './guard.ts';
import { toAppError } from './sql-error.ts';

const dialect = new PgDialect();

export interface BatchOptions {
  /** Of the settings; or milliseconds, where the caller itself has less time. */
  deadline: 'read' | 'write' | number;
  readOnly?: boolean;
  isolation?: 'ReadCommitted' | 'RepeatableRead' | 'Serializable';
  /** Ends the call before its deadline, without a word on how the database does. */
  signal?: AbortSignal | undefined;
  /** Asks whether the database serves: also while its breaker is open, and without a say in that. */
  isProbe?: boolean;
  /** Of the request that began the work, where one piece of work serves several. Default: the scope's. */
  requestId?: string | null | undefined;
}

/** The rows of one statement; each row is the array of its columns. */
export type Rows = unknown[][];

/**
 * Runs the statements as one transaction in one round trip and returns their rows, in order. Either all of
 * them take effect or none. Fails closed: `unavailable` after the deadline, at which the gateway ends the statement and
 * rolls back, when the caller's own time is up, and at once while the breaker is open.
 *
 * Drizzle builds the statements but does not send them: its `batch()` fixes the isolation level.
 */
export async function runBatch(
  database: Database,
  statements: SQLWrapper[],
  options: BatchOptions,
): Promise<Rows[]> {
  const { deadline, isProbe = false, requestId } = options;
  const queries = statements.map((statement) => dialect.sqlToQuery(statement.getSQL()));
  const deadlineMs = typeof deadline === 'number' ? deadline : database.deadlines[deadline];
  try {
    const results = await callDatabase(
      database,
      { deadlineMs, isProbe, requestId, signal: options.signal },
      async (fetchOptions) => {
        const client = await database.open();
        const results = await client.transaction(
          queries.map(({ sql, params }) => client.query(sql, params)),
          {
            arrayMode: true,
            fullResults: true,
            isolationLevel: options.isolation ?? 'ReadCommitted',
            readOnly: options.readOnly ?? false,
            fetchOptions,
          },
        );
        // The client takes what comes; rows of one statement must never be read as those of another.
        if (results.length !== queries.length) throw new Error('The database did not answer every statement');
        return results;
      },
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
