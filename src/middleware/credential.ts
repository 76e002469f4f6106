import type { Context } from 'hono';
import type { AppEnv } from '../context.ts';
import { isApiKey } from '../domain/api-key/token.ts';
import { readSessionToken } from './session-cookie.ts';

/** By what a request says who it is from, unchecked. */
export interface Credential {
  kind: 'session' | 'program' | 'apiKey';
  token: string;
}

/** An Authorization header before the cookie: whoever sends one means to be known by it. */
export function readCredential(c: Context<AppEnv>): Credential | null {
  const bearer = readBearer(c);
  if (bearer !== null) return { kind: isApiKey(bearer) ? 'apiKey' : 'program', token: bearer };
  const token = readSessionToken(c);
  return token === null ? null : { kind: 'session', token };
}

/** The token of `Authorization: Bearer`; null without that header or with another scheme, which a proxy may add. */
function readBearer(c: Context<AppEnv>): string | null {
  const header = c.req.header('authorization');
  if (header === undefined || !/^bearer(\s|$)/i.test(header)) return null;
  return header.slice('bearer'.length).trim();
}
