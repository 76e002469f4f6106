import { type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { principal, type Principal } from '../../cache/principal-cache.ts';
import { API_KEY_SCOPES, type RequestContext } from '../../context.ts';
import { runBatch, values } from '../../db/batch.ts';
import type { Database } from '../../db/client.ts';
import { enterRead, readPosition } from '../../db/position.ts';
import { sessions } from '../../db/schema/account.ts';
import { enter } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Bookmark } from '../../lib/bookmark.ts';
import type { AccessTokenSubject } from '../../keys/access-token.ts';
import { SESSION_LIFETIME_MS, SESSION_TOUCH_MS } from './session-token.ts';

/** What a request shows to say whose it is; `name` is what its record is kept under. */
export type Credential =
  | { kind: 'session'; name: string }
  | { kind: 'program'; name: string; subject: AccessTokenSubject }
  | { kind: 'apiKey'; name: string };

export interface FoundPrincipal {
  principal: Principal;
  readAt: Bookmark;
}

const row = principal.omit({ isAdmin: true }).extend({
  email: z.string(),
  limit: z.int().positive().nullable().default(null),
  scopes: z.array(z.enum(API_KEY_SCOPES)).nullable().default(null),
});

function lookUp(credential: Credential): SQL {
  switch (credential.kind) {
    case 'session':
      return sql`app.find_session_principal(decode(${credential.name}, 'hex'))`;
    case 'program':
      return sql`app.find_program_principal(${credential.subject.sessionId}, ${credential.subject.userId})`;
    case 'apiKey':
      return sql`app.find_key_principal(decode(${credential.name}, 'hex'))`;
  }
}

/**
 * Who is behind a credential, from the database; null when nobody is, or not any more. While the primary is out of reach
 * the replica says, which knows an ended session for a moment longer. One round trip.
 */
export async function findPrincipal(
  ctx: RequestContext,
  credential: Credential,
): Promise<FoundPrincipal | null> {
  const { primary, replica } = ctx.services.db;
  try {
    return await ask(ctx, primary, credential);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unavailable' || !replica) throw error;
    return await ask(ctx, replica.database, credential);
  }
}

async function ask(
  ctx: RequestContext,
  database: Database,
  credential: Credential,
): Promise<FoundPrincipal | null> {
  const results = await runBatch(
    database,
    [enterRead(null, ctx.requestId), sql`select ${lookUp(credential)}`],
    { deadline: 'read', readOnly: true, isolation: 'RepeatableRead' },
  );
  const found = values<unknown>(results[1])[0] ?? null;
  if (found === null) return null;
  const { epoch, xmin: xid } = readPosition(results[0]);
  const { email, ...record } = row.parse(found);
  const isAdmin = ctx.services.config.ADMIN_EMAILS.includes(email.toLowerCase());
  return { principal: { ...record, isAdmin }, readAt: { epoch, xid } };
}

/**
 * A session that has not been used for a while ends later: the record as it will be after that, and the new end for the
 * cookie. Else every request of the cached record's life would move it again. Any other record as it is.
 */
export function touchSession(
  ctx: RequestContext,
  record: Principal,
): { principal: Principal; extendedUntil: Date | null } {
  const now = ctx.services.clock.now();
  const isFresh = record.lastSeenAt !== null && now - Date.parse(record.lastSeenAt) < SESSION_TOUCH_MS;
  if (record.kind !== 'session' || isFresh) return { principal: record, extendedUntil: null };
  const extendedUntil = new Date(now + SESSION_LIFETIME_MS);
  const expiresAt = extendedUntil.toISOString();
  const extend = sql`update ${sessions} set last_seen_at = now(), expires_at = ${expiresAt} where id = ${record.id}`;
  const touched = runBatch(ctx.services.db.primary, [enter(record.userId, ctx.requestId), extend], {
    deadline: 'write',
  });
  ctx.waitUntil('session-touch', touched);
  return { principal: { ...record, lastSeenAt: new Date(now).toISOString(), expiresAt }, extendedUntil };
}
