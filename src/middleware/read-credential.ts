import type { Context } from 'hono';
import type { AppEnv } from '../context.ts';
import type { Credential } from '../domain/account/find-principal.ts';
import { isApiKey } from '../domain/api-key/token.ts';
import { hashToken } from '../domain/account/session-token.ts';
import { readSessionToken } from './session-cookie.ts';

/** invalid: something was shown that can be nobody's, whatever Redis and the database know. */
export type ShownCredential =
  | { state: 'none' }
  | { state: 'invalid' }
  | { state: 'shown'; credential: Credential; cookie: string | null };

/**
 * What the request shows of itself: an access token or an API key, as a program does, or else the cookie. The signature
 * of an access token is checked without any round trip.
 */
export async function readCredential(c: Context<AppEnv>): Promise<ShownCredential> {
  const bearer = readBearer(c);
  if (bearer !== null) {
    if (isApiKey(bearer)) return shown({ kind: 'apiKey', name: await hashToken(bearer) });
    const subject = await c.get('ctx').services.accessTokens.verify(bearer);
    return subject ? shown({ kind: 'program', name: subject.sessionId, subject }) : { state: 'invalid' };
  }
  const cookie = readSessionToken(c);
  return cookie === null
    ? { state: 'none' }
    : shown({ kind: 'session', name: await hashToken(cookie) }, cookie);
}

function shown(credential: Credential, cookie: string | null = null): ShownCredential {
  return { state: 'shown', credential, cookie };
}

/** The token of `Authorization: Bearer`; null without that header or with another scheme, which a proxy may add. */
export function readBearer(c: Context<AppEnv>): string | null {
  const header = c.req.header('authorization');
  if (header === undefined || !/^bearer(\s|$)/i.test(header)) return null;
  return header.slice('bearer'.length).trim();
}
