import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { findSession } from '../domain/account/find-session.ts';
import { findApiKey } from '../domain/api-key/find.ts';
import { findProgram } from '../domain/program/find-program.ts';
import { AppError } from '../errors/app-error.ts';
import { readCredential } from './credential.ts';
import { requireScope } from './require-scope.ts';
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts';

/**
 * Finds out who asks: by an API key or the access token of a program, or else by the cookie. A cookie is looked up in
 * Redis first, then in Postgres. Whether that person may is the verb's business, but for what an API key's scopes leave
 * out. Errors: `unauthenticated` for a bearer token that is no good: whoever sends one means to be known by it;
 * `forbidden` for an API key without the scope.
 */
export function authenticate() {
  return createMiddleware<AppEnv>(async function authenticateMiddleware(c, next) {
    const credential = readCredential(c);
    if (!credential) return await next();
    const { kind, token } = credential;
    if (kind !== 'session') {
      await (kind === 'apiKey' ? admitApiKey(c, token) : admitProgram(c, token));
      return await next();
    }
    const ctx = c.get('ctx');
    const session = await findSession(ctx, token);
    if (!session) {
      await next();
      // Not after a sign-in, which has just set a new one.
      if (!c.res.headers.has('set-cookie')) clearSessionCookie(c);
      return;
    }
    ctx.actor = session.actor;
    ctx.allowance = session.allowance;
    c.get('log')['actor'] = session.actor.userId;
    await next();
    if (session.extendedUntil && !c.res.headers.has('set-cookie')) {
      setSessionCookie(c, token, session.extendedUntil);
    }
  });
}

async function admitProgram(c: Context<AppEnv>, token: string): Promise<void> {
  const ctx = c.get('ctx');
  const actor = await findProgram(ctx, token);
  if (!actor) throw invalidToken('The access token is not valid, has expired or was revoked.');
  ctx.actor = actor;
  c.get('log')['actor'] = actor.userId;
}

async function admitApiKey(c: Context<AppEnv>, token: string): Promise<void> {
  const ctx = c.get('ctx');
  const found = await findApiKey(ctx, token);
  if (!found) throw invalidToken('The API key is not valid, has expired or was revoked.');
  ctx.actor = found.actor;
  ctx.allowance = found.allowance;
  c.get('log')['actor'] = found.actor.userId;
  c.get('log')['apiKey'] = found.actor.keyId;
  requireScope(found.actor, c.req.method);
}

function invalidToken(message: string): AppError {
  return new AppError('unauthenticated', message, {
    // RFC 6750, 3.1
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
}
