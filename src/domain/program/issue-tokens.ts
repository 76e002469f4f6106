import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { sessions } from '../../db/schema/account.ts';
import { write } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { checkPassword } from '../account/check-password.ts';
import { MAX_USER_AGENT } from '../account/open-session.ts';
import { hashToken, newToken } from '../account/session-token.ts';
import { REFRESH_LIFETIME_MS } from './refresh-token.ts';
import { type ProgramTokens, toProgramTokens } from './view.ts';

interface IssueInput {
  email: string;
  password: string;
  userAgent: string | null;
}

/** Opens a session for a program. Errors: `invalid_credentials`, as a sign-in. */
export async function issueTokens(ctx: RequestContext, input: IssueInput): Promise<ProgramTokens> {
  const { user, hash } = await checkPassword(ctx, input);
  const sessionId = newId('ses');
  const token = newToken();
  const tokenHash = await hashToken(token);
  const expiresAt = new Date(ctx.services.clock.now() + REFRESH_LIFETIME_MS).toISOString();
  const userAgent = input.userAgent?.slice(0, MAX_USER_AGENT).toWellFormed() ?? null;
  await write(ctx, {
    actorId: user.id,
    effects: [
      sql`select app.confirm_password(${hash})`,
      sql`insert into ${sessions} (id, user_id, kind, user_agent, expires_at)
        values (${sessionId}, ${user.id}, 'program', ${userAgent}, ${expiresAt})`,
      sql`select app.add_refresh_token(${sessionId}, decode(${tokenHash}, 'hex'), ${expiresAt})`,
    ],
    activity: { action: 'session.opened', subjectId: user.id, data: { kind: 'program' } },
    status: 204,
    ignoreKey: true,
  });
  return await toProgramTokens(ctx, { userId: user.id, sessionId }, { token, expiresAt });
}
