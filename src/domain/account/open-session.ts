import { type SQL, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { sessions } from '../../db/schema/account.ts';
import { newId } from '../../lib/id.ts';
import { hashToken, newToken, SESSION_LIFETIME_MS } from './session-token.ts';

export interface OpenedSession {
  /** Goes into the cookie and nowhere else. */
  token: string;
  expiresAt: Date;
}

export const MAX_USER_AGENT = 300;

/** A new session and the statement that stores it, to run in a batch whose actor is `userId`. */
export async function openSession(
  ctx: RequestContext,
  userId: string | SQL,
  userAgent: string | null,
): Promise<OpenedSession & { statement: SQL }> {
  const token = newToken();
  const expiresAt = new Date(ctx.services.clock.now() + SESSION_LIFETIME_MS);
  const statement = sql`insert into ${sessions} (id, user_id, token_hash, user_agent, expires_at)
    values (${newId('ses')}, ${userId}, decode(${await hashToken(token)}, 'hex'),
      ${userAgent?.slice(0, MAX_USER_AGENT).toWellFormed() ?? null}, ${expiresAt.toISOString()})`;
  return { token, expiresAt, statement };
}
