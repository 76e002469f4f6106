import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { AppEnv } from '../context.ts';
import { readOrigin } from '../lib/request-origin.ts';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * The name of a cookie for the origin that was asked. A port is part of its name, for cookies know no ports: two stacks on one
 * machine would sign each other out. Safari drops Secure and `__Host-` cookies on http, also on loopback; so plain
 * http, which only a laptop serves, gets a plain cookie.
 */
export function nameCookie(
  c: Context<AppEnv>,
  base: 'darkroom_session' | 'darkroom_bookmark',
): { name: string; prefix: 'host' | undefined } {
  const { protocol, port } = readOrigin(c.req.url);
  return {
    name: port === '' ? base : `${base}_${port}`,
    prefix: protocol === 'https:' ? 'host' : undefined,
  };
}

export function readSessionToken(c: Context<AppEnv>): string | null {
  const { name, prefix } = nameCookie(c, 'darkroom_session');
  const token = prefix ? getCookie(c, name, prefix) : getCookie(c, name);
  return token && TOKEN.test(token) ? token : null;
}

export function setSessionCookie(c: Context<AppEnv>, token: string, expiresAt: Date): void {
  const { name, prefix } = nameCookie(c, 'darkroom_session');
  setCookie(c, name, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    expires: expiresAt,
    ...(prefix && { prefix, secure: true }),
  });
}

export function clearSessionCookie(c: Context<AppEnv>): void {
  const { name, prefix } = nameCookie(c, 'darkroom_session');
  deleteCookie(c, name, { path: '/', ...(prefix && { prefix, secure: true }) });
}
