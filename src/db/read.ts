import { type SQL, sql, type SQLWrapper } from 'drizzle-orm';
import { parsePosition } from '../lib/position.ts';
import { actorIdOf, type RequestContext } from '../context.ts';
import { READ_DEADLINE_MS, type Rows, runBatch, values } from './batch.ts';
import { enter } from './statement.ts';

interface ReadInput {
  from?: 'replica' | 'primary'; confirmNone?: true;
  authorize?: SQL;
  /** Selects one JSON value a row. */
  query: SQLWrapper;
}

/** Reads as the caller in one read-only round trip. Errors: what `authorize` raises; `unavailable`. */
export async function read<T>(ctx: RequestContext, input: ReadInput): Promise<T[]> {
  const actorId = actorIdOf(ctx.actor);
  const statements = [
    enter(actorId, ctx.requestId),
    ...(input.authorize ? [input.authorize] : []),
    input.query,
  ];
  const results: Rows[] = await runBatch(ctx.services.db.primary, statements, {
    deadlineMs: READ_DEADLINE_MS,
    readOnly: true,
  });
  return values<T>(results.at(-1));
}

export async function readAt<T>(ctx: RequestContext, input: ReadInput): Promise<{ rows: T[]; epoch: number; xmin: bigint }> {
  const results = await runBatch(ctx.services.db.primary, [sql`select epoch || '.' || pg_snapshot_xmin(pg_current_snapshot()) from database_epoch`, enter(actorIdOf(ctx.actor), ctx.requestId), ...(input.authorize ? [input.authorize] : []), input.query], { deadlineMs: READ_DEADLINE_MS, readOnly: true });
  const at = parsePosition(String(results[0]?.[0]?.[0]));
  if (!at) throw new Error('no position');
  return { rows: values<T>(results.at(-1)), epoch: at.epoch, xmin: at.xid };
}
