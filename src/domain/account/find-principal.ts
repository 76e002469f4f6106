import { sql } from 'drizzle-orm';
import { principal, type Principal } from '../../cache/principal-record.ts';
import type { RequestContext } from '../../context.ts';
import { runBatch } from '../../db/batch.ts';
import type { Database } from '../../db/client.ts';
import { enterRead, readPosition } from '../../db/position.ts';
import { sessions } from '../../db/schema/account.ts';
import { apiKeys } from '../../db/schema/api-key.ts';
import { type Call, enter, selectCalls } from '../../db/statement.ts';
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

function lookUp(credential: Credential): Call {
  switch (credential.kind) {
    case 'session':
      return sql`app.find_session(decode(${credential.name}, 'hex'))`;
    case 'program':
      return sql`app.find_program(${credential.subject.sessionId}, ${credential.subject.userId})`;
    case 'apiKey':
      return sql`app.find_api_key(decode(${credential.name}, 'hex'))`;
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
    [selectCalls(enterRead(null, ctx.requestId), lookUp(credential))],
    { deadline: 'read', readOnly: true, isolation: 'RepeatableRead' },
  );
  const found = results[0]?.[0]?.[1] ?? null;
  if (found === null) return null;
  const { epoch, xmin: xid } = readPosition(results[0]);
  return { principal: principal().parse(found), readAt: { epoch, xid } };
}

/**
 * Notes that a session or a key is used, if that was not noted for a while; a browser's session then ends later, too.
 * Returns the record as it is after that, or every request of the cached record's life would note it again, and the new
 * end for the cookie.
 */
export function noteUse(
  ctx: RequestContext,
  record: Principal,
): { principal: Principal; extendedUntil: Date | null } {
  const now = ctx.services.clock.now();
  const isFresh = record.lastSeenAt !== null && now - Date.parse(record.lastSeenAt) < SESSION_TOUCH_MS;
  // A program's session is prolonged by its refresh token alone.
  if (record.kind === 'program' || isFresh) return { principal: record, extendedUntil: null };
  const extendedUntil = record.kind === 'session' ? new Date(now + SESSION_LIFETIME_MS) : null;
  const expiresAt = extendedUntil?.toISOString() ?? record.expiresAt;
  const change =
    record.kind === 'session'
      ? sql`update ${sessions} set last_seen_at = now(), expires_at = ${expiresAt} where id = ${record.id}`
      : sql`update ${apiKeys} set last_used_at = now() where id = ${record.id}`;
  const noted = runBatch(ctx.services.db.primary, [enter(record.userId, ctx.requestId), change], {
    deadline: 'write',
  });
  ctx.waitUntil('use-noted', noted);
  return { principal: { ...record, lastSeenAt: new Date(now).toISOString(), expiresAt }, extendedUntil };
}
