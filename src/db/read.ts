import type { SQLWrapper } from 'drizzle-orm';
import { actorIdOf, type RequestContext } from '../context.ts';
import { type Bookmark, isLater, laterBookmark } from '../lib/bookmark.ts';
import { type Rows, runBatch, values } from './batch.ts';
import type { Database, Databases } from './client.ts';
import { bookmarkOf, enterRead, enterReplica, type Position, readPosition } from './position.ts';
import { routeRead } from './route-read.ts';
import { ReplicaError } from './sql-error.ts';
import { type Call, selectCalls } from './statement.ts';

/**
 * Where a read may be answered. `replica`: a moment old, but never older than what the caller has seen. `primary`: as it
 * is; the caller says why.
 */
export type ReadSource = 'replica' | 'primary';

export interface ReadInput {
  from: ReadSource;
  authorize?: Call;
  /** Selects one JSON value a row. */
  query: SQLWrapper;
  /** For what is asked by name: when the replica has none, or null, the primary says whether that is so. */
  confirmNone?: true;
}

/** The part of a request that a read needs and changes. */
export interface ReadContext extends Pick<
  RequestContext,
  'actor' | 'requestId' | 'known' | 'bookmark' | 'isStale'
> {
  services: { db: Databases };
}

/** Rows, and which snapshot of which database they are of: whatever was done below `xmin` is in them. */
export interface ReadAt<T> {
  rows: T[];
  epoch: number;
  xmin: bigint;
}

interface Answer {
  at: Position;
  rows: Rows | undefined;
}

/** Everything that the caller has seen, by this request's own writes and reads as well. */
export function knownTo(ctx: Pick<ReadContext, 'known' | 'bookmark'>): Bookmark | null {
  return laterBookmark(ctx.known, ctx.bookmark);
}

/** As readAt, without the snapshot. */
export async function read<T>(ctx: ReadContext, input: ReadInput): Promise<T[]> {
  return (await readAt<T>(ctx, input)).rows;
}

/**
 * Reads as the caller, in one read-only round trip where the replica has what they have seen, or where the primary is
 * asked at once; else in two, and the reply then carries a bookmark, so that the next read is no older. With the primary
 * out of reach what the replica has is better than nothing, and the reply says that it is stale. What the caller claims to
 * have seen is corrected where the primary has not got that far. Errors: what `authorize` raises; `unavailable`.
 */
export async function readAt<T>(ctx: ReadContext, input: ReadInput): Promise<ReadAt<T>> {
  const { primary, replica } = ctx.services.db;
  const actorId = actorIdOf(ctx.actor);
  const askPrimary = async (signal?: AbortSignal) => {
    const answer = await ask(primary, enterRead(actorId, ctx.requestId), input, signal);
    correctKnown(ctx, bookmarkOf(answer.at));
    return answer;
  };
  if (input.from === 'primary' || !replica) return toReadAt(await askPrimary());

  const wanted = { known: knownTo(ctx), maxAgeMs: replica.maxAgeMs };
  const { from, answer } = await routeRead<Answer>(replica, {
    primary: askPrimary,
    replica: async (signal) => {
      const enter = enterReplica(actorId, ctx.requestId, wanted);
      const answer = await ask(replica.database, enter, input, signal);
      if (input.confirmNone && !values(answer.rows)[0]) throw new ReplicaError('behind');
      return answer;
    },
    hasLeft: () => replica.database.guard.scope.signal?.aborted ?? false,
    anyReplica: async () => await ask(replica.database, enterRead(actorId, ctx.requestId), input),
  });
  if (from === 'primary') ctx.bookmark = laterBookmark(ctx.bookmark, bookmarkOf(answer.at));
  if (from === 'stale') ctx.isStale = true;
  return toReadAt(answer);
}

/**
 * A bookmark above what the primary has reached, after it was sent, is of nothing that anybody can have seen here: it would
 * lead every read past the replica and the caches. It is left aside from then on, and the reply carries the one that holds.
 */
function correctKnown(ctx: ReadContext, reached: Bookmark): void {
  if (!ctx.known || !isLater(ctx.known, reached)) return;
  ctx.known = reached;
  ctx.bookmark = laterBookmark(ctx.bookmark, reached);
}

/** Fails closed after the deadline. One snapshot for the whole batch, so that the position is that of the rows. */
async function ask(
  database: Database,
  enter: Call,
  { authorize, query }: ReadInput,
  signal?: AbortSignal,
): Promise<Answer> {
  const results = await runBatch(database, [selectCalls(enter, authorize), query], {
    deadline: 'read',
    readOnly: true,
    isolation: 'RepeatableRead',
    ...(signal && { signal }),
  });
  return { at: readPosition(results[0]), rows: results[1] };
}

function toReadAt<T>({ at, rows }: Answer): ReadAt<T> {
  return { rows: values<T>(rows), epoch: at.epoch, xmin: at.xmin };
}
