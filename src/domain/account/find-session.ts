import { sql } from 'drizzle-orm';
import type { SessionRecord } from '../../cache/session-cache.ts';
import type { Actor, Allowance, RequestContext } from '../../context.ts';
import { READ_DEADLINE_MS, runBatch, values, WRITE_DEADLINE_MS } from '../../db/batch.ts';
import { sessions } from '../../db/schema/account.ts';
import { enter } from '../../db/statement.ts';
import { hashToken, SESSION_LIFETIME_MS, SESSION_TOUCH_MS } from './session-token.ts';

export interface FoundSession {
  actor: Extract<Actor, { kind: 'user' }>;
  allowance: Allowance;
  /** Set when this use moved the expiry, so that the cookie can follow. */
  extendedUntil: Date | null;
}

/** The session of a token, or null. One Redis command, and one database look-up when it does not know. */
export async function findSession(ctx: RequestContext, token: string): Promise<FoundSession | null> {
  const { services } = ctx;
  const tokenHash = await hashToken(token);
  const cached = await services.sessions.get(tokenHash);
  const record = cached ?? (await lookUp(ctx, tokenHash));
  const now = services.clock.now();
  if (!record || Date.parse(record.expiresAt) <= now) return null;

  const actor = { kind: 'user', userId: record.userId, sessionId: record.id } as const;
  const isFresh = now - Date.parse(record.lastSeenAt) < SESSION_TOUCH_MS;
  const extendedUntil = isFresh ? null : new Date(now + SESSION_LIFETIME_MS);
  if (extendedUntil) ctx.waitUntil('session-touch', touch(ctx, record, extendedUntil));
  if (!cached) {
    // As it will be after the touch: else every request of the cache entry's life would touch it again.
    const touched = extendedUntil && {
      lastSeenAt: new Date(now).toISOString(),
      expiresAt: extendedUntil.toISOString(),
    };
    ctx.waitUntil('session-cache', services.sessions.put(tokenHash, { ...record, ...touched }));
  }
  return { actor, allowance: { plan: record.plan, ownLimit: null }, extendedUntil };
}

async function lookUp(ctx: RequestContext, tokenHash: string): Promise<SessionRecord | null> {
  const results = await runBatch(
    ctx.services.db.primary,
    [
      sql`select jsonb_build_object('id', id, 'userId', user_id,
            'expiresAt', app.rfc3339(expires_at), 'lastSeenAt', app.rfc3339(last_seen_at), 'plan', plan)
          from app.find_session(decode(${tokenHash}, 'hex'))`,
    ],
    { deadlineMs: READ_DEADLINE_MS, readOnly: true },
  );
  return values<SessionRecord>(results[0])[0] ?? null;
}

async function touch(ctx: RequestContext, record: SessionRecord, expiresAt: Date): Promise<void> {
  const extend = sql`update ${sessions} set last_seen_at = now(), expires_at = ${expiresAt.toISOString()}
    where id = ${record.id}`;
  await runBatch(ctx.services.db.primary, [enter(record.userId, ctx.requestId), extend], {
    deadlineMs: WRITE_DEADLINE_MS,
  });
}
