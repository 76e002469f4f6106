import type { RequestContext } from '../../context.ts';
import { ACCESS_TOKEN_SECONDS, type AccessTokenSubject } from '../../keys/access-token.ts';

/** What a program signs in with. */
export interface ProgramTokens {
  accessToken: string;
  tokenType: 'Bearer';
  /** Seconds. */
  expiresIn: number;
  refreshToken: string;
  refreshExpiresAt: string;
}

/** The reply with a new access token of the session and its refresh token. */
export async function toProgramTokens(
  ctx: RequestContext,
  subject: AccessTokenSubject,
  refresh: { token: string; expiresAt: string },
): Promise<ProgramTokens> {
  return {
    accessToken: await ctx.services.accessTokens.issue(subject),
    tokenType: 'Bearer',
    expiresIn: ACCESS_TOKEN_SECONDS,
    refreshToken: refresh.token,
    refreshExpiresAt: refresh.expiresAt,
  };
}
