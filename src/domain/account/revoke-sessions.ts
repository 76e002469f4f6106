import { type SQL, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { sessions } from '../../db/schema/account.ts';
import { type WriteInput, write } from '../../db/write.ts';
import { requirePerson } from './require-person.ts';

/** How long a reply waits for the caches to forget a session; later it is done by the outbox alone. */
export const REVOCATION_MS = 1_000;

/**
 * The statement that ends the caller's sessions matching `which`, and the outbox message that makes every cache forget
 * them and every room close their sockets: also when Redis is down at this moment. A cache knows a browser's session by
 * the hash of its token, a program's by its id.
 */
export function revocation(which: SQL): { effect: SQL; outbox: NonNullable<WriteInput['outbox']>[number] } {
  return {
    effect: sql`with gone as (delete from ${sessions} where ${which} returning id, token_hash)
      select set_config('app.revoked', coalesce(jsonb_agg(coalesce(encode(token_hash, 'hex'), id)), '[]')::text, true),
        set_config('app.ended', coalesce(jsonb_agg(id), '[]')::text, true) from gone`,
    outbox: {
      topic: 'sessions.revoked',
      payload: sql`select jsonb_build_object('tokenHashes', current_setting('app.revoked')::jsonb,
        'userId', app.actor(), 'sessionIds', current_setting('app.ended')::jsonb)`,
      onlyIf: sql`current_setting('app.revoked') <> '[]'`,
    },
  };
}

/** Ends one session of the caller. Errors: `not_found`. */
export async function revokeSession(ctx: RequestContext, sessionId: string) {
  const user = requirePerson(ctx);
  const { effect, outbox } = revocation(sql`id = ${sessionId}`);
  return await write(ctx, {
    effects: [
      sql`select app.must((select count(*) from ${sessions} where id = ${sessionId}), 'not_found')`,
      effect,
    ],
    outbox: [outbox],
    activity: { action: 'session.revoked', subjectId: user.userId },
    status: 204,
    settleOutboxMs: REVOCATION_MS,
  });
}

/** Ends the caller's own session. Without one there is nothing to do. */
export async function signOut(ctx: RequestContext): Promise<void> {
  if (ctx.actor.kind !== 'user') return;
  const { effect, outbox } = revocation(sql`id = ${ctx.actor.sessionId}`);
  await write(ctx, {
    effects: [effect],
    outbox: [outbox],
    activity: { action: 'session.closed', subjectId: ctx.actor.userId },
    status: 204,
    ignoreKey: true,
    settleOutboxMs: REVOCATION_MS,
  });
}
