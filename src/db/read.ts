import type { SQL, SQLWrapper } from 'drizzle-orm';
import type { RequestContext } from '../context.ts';
import { type Rows, runBatch, values } from './batch.ts';
import { enter } from './statement.ts';

interface ReadInput {
  authorize?: SQL;
  /** Selects one JSON value a row. */
  query: SQLWrapper;
}

/** Reads as the caller in one read-only round trip. Errors: what `authorize` raises; `unavailable`. */
export async function read<T>(ctx: RequestContext, input: ReadInput): Promise<T[]> {
  const actorId = ctx.actor.kind === 'user' ? ctx.actor.userId : null;
  const statements = [
    enter(actorId, ctx.requestId),
    ...(input.authorize ? [input.authorize] : []),
    input.query,
  ];
  const results: Rows[] = await runBatch(ctx.services.db.primary, statements, {
    deadline: 'read',
    readOnly: true,
  });
  return values<T>(results.at(-1));
}
