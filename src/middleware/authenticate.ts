import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { findSession } from '../domain/account/find-session.ts';
import { findProgram } from '../domain/program/find-program.ts';
import { AppError } from '../errors/app-error.ts';
import { clearSessionCookie, readSessionToken, setSessionCookie } from './session-cookie.ts';

/**
 * Finds out who asks: by an access token, of a program, or else by the cookie. A cookie is looked up in Redis first,
 * then in Postgres. Whether that person may is the verb's business. Errors: `unauthenticated` for an access token
 * that is no good: whoever sends one means to be known by it.
 */
export function authenticate() {
  return createMiddleware<AppEnv>(async function authenticateMiddleware(c, next) {
    if (c.get('ctx').actor.kind === 'service') return await next();
    const bearer = readBearer(c);
    if (bearer !== null) {
      await admitProgram(c, bearer);
      return await next();
    }
    const token = readSessionToken(c);
    if (!token) return await next();
    const ctx = c.get('ctx');
    const session = await findSession(ctx, token);
    if (!session) {
      await next();
      // Not after a sign-in, which has just set a new one.
      if (!c.res.headers.has('set-cookie')) clearSessionCookie(c);
      return;
    }
    ctx.actor = session.actor;
    c.get('log')['actor'] = session.actor.userId;
    await next();
    if (session.extendedUntil && !c.res.headers.has('set-cookie')) {
      setSessionCookie(c, token, session.extendedUntil);
    }
  });
}

/** The token of `Authorization: Bearer`; null without that header or with another scheme, which a proxy may add. */
export function readBearer(c: Context<AppEnv>): string | null {
  const header = c.req.header('authorization');
  if (header === undefined || !/^bearer(\s|$)/i.test(header)) return null;
  return header.slice('bearer'.length).trim();
}

async function admitProgram(c: Context<AppEnv>, token: string): Promise<void> {
  const ctx = c.get('ctx');
  const actor = await findProgram(ctx, token);
  if (!actor) {
    throw new AppError('unauthenticated', 'The access token is not valid, has expired or was revoked.', {
      // RFC 6750, 3.1
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  }
  ctx.actor = actor;
  c.get('log')['actor'] = actor.userId;
}
