import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { AppEnv } from '../context.ts';

const NAME = 'darkroom_session';
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * Safari drops Secure and `__Host-` cookies on http, also on loopback; so plain http, which only a laptop
 * serves, gets a plain cookie.
 */
function prefixOf(c: Context<AppEnv>): 'host' | undefined {
  return new URL(c.req.url).protocol === 'https:' ? 'host' : undefined;
}

export function readSessionToken(c: Context<AppEnv>): string | null {
  const prefix = prefixOf(c);
  const token = prefix ? getCookie(c, NAME, prefix) : getCookie(c, NAME);
  return token && TOKEN.test(token) ? token : null;
}

export function setSessionCookie(c: Context<AppEnv>, token: string, expiresAt: Date): void {
  const prefix = prefixOf(c);
  setCookie(c, NAME, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    expires: expiresAt,
    ...(prefix && { prefix, secure: true }),
  });
}

export function clearSessionCookie(c: Context<AppEnv>): void {
  const prefix = prefixOf(c);
  deleteCookie(c, NAME, { path: '/', ...(prefix && { prefix, secure: true }) });
}
