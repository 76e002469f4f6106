import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { findSession } from '../domain/account/find-session.ts';
import { clearSessionCookie, readSessionToken, setSessionCookie } from './session-cookie.ts';

/** Finds out who asks: Redis first, then Postgres. Whether that person may is the verb's business. */
export function authenticate() {
  return createMiddleware<AppEnv>(async function authenticateMiddleware(c, next) {
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
