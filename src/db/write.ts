import { is, SQL, sql, type SQLWrapper } from 'drizzle-orm';
import { actorIdOf, type IdempotencyKey, type RequestContext } from '../context.ts';
import { AppError } from '../errors/app-error.ts';
import { laterBookmark, parseBookmark } from '../lib/bookmark.ts';
import { withDeadline } from '../lib/deadline.ts';
import { newId } from '../lib/id.ts';
import { CLAIM_SECONDS, dispatchRows, type OutboxMessage, type OutboxRow } from '../queues/outbox.ts';
import { runBatch, values } from './batch.ts';
import { bookmarkOf, enterRead, readPosition } from './position.ts';
import { activityLogs, outbox } from './schema/platform.ts';
import { type Call, enterCall, selectCalls } from './statement.ts';
import { ReplayError } from './sql-error.ts';

export interface WriteInput {
  /** Authorises and names the tenant; runs before the effects. */
  authorize?: Call;
  effects: SQLWrapper[];
  /** `onlyIf`: for a change that may turn out to be none. */
  activity: {
    action: string;
    subjectId: SQLWrapper | string;
    projectId?: SQLWrapper | string;
    data?: object;
    onlyIf?: SQL;
  };
  outbox?: OutboxMessage[];
  /** Cache tags of what the effects change: the SQL of a jsonb array, run after them. */
  tags?: SQL;
  /** Effects that may take the caller's right to the rows above away: they run after them. */
  lastly?: SQLWrapper[];
  /** The status of the reply, stored with it. */
  status: 200 | 201 | 204;
  /** Selects the reply as one JSON value, after the effects; none for 204. */
  reply?: SQLWrapper;
  /** Who acts when it is not the caller: a person who signs up is nobody yet. */
  actorId?: string;
  /** What a request without a caller is about; its key is unique within it. */
  anonymousScope?: string;
  /** For what is harmless to repeat and whose reply must not be stored, such as a new session. */
  ignoreKey?: true;
  /** The detail of `not_found` where it is not about who is a member of the project. */
  missing?: string;
  /** Replies only once the outbox messages were done, or this many milliseconds have passed. */
  settleOutboxMs?: number;
}

export interface Written<T> {
  status: number;
  body: T;
  replayed: boolean;
}

/**
 * The write pattern: one transaction in one round trip that sets the caller, claims the idempotency key,
 * authorises, changes, records the activity and the outbox rows, stores the reply and names the bookmark.
 *
 * A repeated key costs a second round trip and returns the stored reply, to who still has the role in its project that
 * the request needed. Errors: what the statements raise through app.must and app.fail; `idempotency_key_reused`;
 * `unavailable`, after which the same key tells whether the write took effect.
 */
export async function write<T = null>(ctx: RequestContext, input: WriteInput): Promise<Written<T>> {
  const actorId = input.actorId ?? actorIdOf(ctx.actor);
  const scope = input.anonymousScope ? `anonymous:${input.anonymousScope}` : actorId;
  const key = scope && !input.ignoreKey ? ctx.idempotency : null;
  const bumps = input.tags ? [bumpMessage(input.tags, input.activity.onlyIf)] : [];
  const messages = [...bumps, ...(input.outbox ?? [])].map((message) => ({ ...message, id: newId('obx') }));
  const { activity } = input;

  const reply = input.reply ? sql`(${input.reply})` : sql`null::jsonb`;
  const statements = [
    selectCalls(
      enterCall(actorId, ctx.requestId),
      key ? sql`app.claim_key(${scope}, ${key.key}, decode(${key.fingerprint}, 'hex'))` : undefined,
      input.authorize,
    ),
    ...input.effects,
    note(activity, messages, { actorId, requestId: ctx.requestId }),
    ...(input.lastly ?? []),
    selectCalls(
      key ? sql`app.keep_reply(${key.key}, ${input.status}, ${reply}, ${activity.projectId ?? null})` : reply,
      sql`app.bookmark()`,
    ),
  ];

  try {
    const results = await runBatch(ctx.services.db.primary, statements, {
      deadline: 'write',
    });
    const [body, bookmark] = results.at(-1)?.[0] ?? [];
    ctx.bookmark = laterBookmark(ctx.bookmark, parseBookmark(String(bookmark)));
    const rows = values<OutboxRow>(results[1 + input.effects.length]);
    if (rows.length > 0) {
      const dispatched = dispatchRows(ctx.services, rows);
      ctx.waitUntil('outbox', dispatched);
      // Not done in time, it is repeated by cron: the write itself stands.
      if (input.settleOutboxMs) {
        await withDeadline(dispatched, input.settleOutboxMs, 'the outbox').catch(() => 0);
      }
    }
    // For 204 it is null, which is what `T` is then.
    return { status: input.status, body: body as T, replayed: false };
  } catch (error) {
    if (error instanceof AppError && error.code === 'idempotency_in_progress' && !key) {
      throw new AppError('conflict', 'Somebody else is changing it; repeat the request.', {
        cause: error,
        retryAfter: 1,
      });
    }
    const missing = input.missing ?? (activity.projectId === undefined ? 'It does not exist.' : undefined);
    if (missing && error instanceof AppError && error.code === 'not_found')
      throw new AppError('not_found', missing, { cause: error.cause });
    if (!(error instanceof ReplayError) || !key || !scope) throw error;
    const stored = await findReply<T>(ctx, scope, key);
    if (!stored) throw new AppError('idempotency_in_progress', 'Repeat it in a moment.', { retryAfter: 1 });
    return stored;
  }
}

/** The stored reply of the caller's key, if there is one: for a verb whose checks the write itself made fail. */
export async function findOwnReply<T>(ctx: RequestContext): Promise<Written<T> | null> {
  const actorId = actorIdOf(ctx.actor);
  if (actorId === null || !ctx.idempotency) return null;
  return await findReply<T>(ctx, actorId, ctx.idempotency);
}

/** Makes the caches forget what depends on the tags; who has written knows by the bookmark. */
function bumpMessage(tags: SQL, onlyIf: SQL | undefined): OutboxMessage {
  const payload = sql`select jsonb_build_object('tags', ${tags}, 'position', app.bookmark())`;
  return { topic: 'cache.bump', payload, ...(onlyIf && { onlyIf }) };
}

/**
 * Writes down what is done, and the messages about it, to be done by this request or, when it is not heard of again, by
 * cron; selects the messages' rows.
 */
function note(
  activity: WriteInput['activity'],
  messages: (OutboxMessage & { id: string })[],
  { actorId, requestId }: { actorId: string | null; requestId: string },
): SQL {
  const done = sql`insert into ${activityLogs} (id, project_id, actor_id, action, subject_id, data, request_id)
    select ${newId('act')}, ${activity.projectId ?? null}, ${actorId}, ${activity.action},
      ${activity.subjectId}, ${toJsonb(activity.data ?? {})}, ${requestId}
    where ${activity.onlyIf ?? sql`true`}`;
  if (messages.length === 0) return done;
  const rows = messages.map(
    ({ id, topic, payload, onlyIf }) =>
      sql`select ${id}::text as id, ${topic}::text as topic, ${toJsonb(payload)} as payload where ${onlyIf ?? sql`true`}`,
  );
  return sql`with done as (${done}), messages as materialized (${sql.join(rows, sql` union all `)}), kept as (
      insert into ${outbox} (id, topic, payload, request_id, available_at)
      select id, topic, payload, ${requestId}, now() + make_interval(secs => ${CLAIM_SECONDS}::integer) from messages
    )
    select jsonb_build_object('id', id, 'topic', topic, 'payload', payload, 'requestId', ${requestId}::text)
    from messages`;
}

function toJsonb(value: object): SQL {
  return is(value, SQL) ? sql`(${value})` : sql`${JSON.stringify(value)}::jsonb`;
}

async function findReply<T>(
  ctx: RequestContext,
  scope: string,
  key: IdempotencyKey,
): Promise<Written<T> | null> {
  const actorId = actorIdOf(ctx.actor);
  const results = await runBatch(
    ctx.services.db.primary,
    [
      selectCalls(enterRead(actorId, ctx.requestId)),
      sql`select jsonb_build_object('fingerprint', encode(fingerprint, 'hex'), 'status', status, 'body', body)
          from app.find_reply(${scope}, ${key.key})`,
    ],
    { deadline: 'read', isolation: 'RepeatableRead' },
  );
  // The first reply may never have come, and with it the bookmark.
  ctx.bookmark = laterBookmark(ctx.bookmark, bookmarkOf(readPosition(results[0])));
  const [stored] = values<{ fingerprint: string; status: number; body: T }>(results[1]);
  if (!stored) return null;
  if (stored.fingerprint !== key.fingerprint) {
    throw new AppError('idempotency_key_reused', 'Use a new Idempotency-Key for a new request.', {
      errors: [{ path: 'header.idempotency-key', message: 'was sent with another request before' }],
    });
  }
  return { status: stored.status, body: stored.body, replayed: true };
}
