import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Principal } from '../cache/principal-record.ts';
import type { Actor, AppEnv, RequestContext } from '../context.ts';
import type { AdmittedPrincipal } from '../domain/account/admit-principal.ts';
import { AppError } from '../errors/app-error.ts';
import { laterBookmark } from '../lib/bookmark.ts';
import { requestLimitOf } from '../rate-limit/policies.ts';
import { identify, nameCaller } from './identify.ts';
import { readCredential } from './read-credential.ts';
import { requireScope } from './require-scope.ts';
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts';

/**
 * Finds out who is behind the credential and whether the limits allow the request. Redis is asked once, for that and for
 * the cached value that the route is going to read; a credential whose record it does not have costs a look-up in the
 * database.
 *
 * Errors, in this order: `rate_limited`; `unauthenticated` for a bearer token that is no good, for whoever sends one
 * means to be known by it; `forbidden` for an API key without the scope. What somebody may do is the verb's business.
 * While Redis is out of reach identity comes from the database, limits from the platform or the isolate, values from the
 * isolate or the database. `isAttempt`: paths that limitAttempts counts by address.
 */
export function gate(isAttempt: (path: string) => boolean) {
  return createMiddleware<AppEnv>(async function gateMiddleware(c, next) {
    // The operator's token has been checked, and is nobody's whom Redis or the database would know.
    if (c.get('ctx').actor.kind === 'service') return await next();
    const shown = await readCredential(c);
    const admitted = await identify(c, shown, isAttempt(c.req.path));
    if (admitted) enter(c, admitted);
    else if (shown.state === 'invalid' || (shown.state === 'shown' && shown.cookie === null))
      throw new AppError('unauthenticated', 'The credential is not valid, has expired or was revoked.', {
        // RFC 6750, 3.1
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      });
    await next();
    if (shown.state === 'shown' && shown.cookie !== null) followCookie(c, shown.cookie, admitted);
  });
}

/** Tells Redis the limit of a caller who was judged by another: at the first request, and after a change of the plan. */
function tellLimit(ctx: RequestContext, { plan, limit: own }: Principal): void {
  const [verdict] = ctx.limits;
  if (verdict?.source !== 'redis') return;
  const { limiter, config } = ctx.services;
  const theirs = requestLimitOf(plan, own, config.LIMITER_SCALE);
  if (theirs !== verdict.limit)
    ctx.waitUntil('limit-of-caller', limiter.setKeyLimit(verdict.policy, verdict.key, theirs));
}

function enter(c: Context<AppEnv>, { principal, seen }: AdmittedPrincipal): void {
  const ctx = c.get('ctx');
  ctx.known = laterBookmark(ctx.known, seen);
  ctx.principal = principal;
  ctx.actor = toActor(principal);
  nameCaller(c.get('log'), principal);
  tellLimit(ctx, principal);
  requireScope(ctx.actor, c.req.method);
}

function toActor({ kind, id, userId, scopes }: Principal): Actor {
  return kind === 'apiKey'
    ? { kind, userId, keyId: id, scopes: scopes ?? [] }
    : { kind: 'user', userId, sessionId: id };
}

/** A cookie follows its session: a new end, or its own end. Not after a sign-in, which has just set another one. */
function followCookie(c: Context<AppEnv>, token: string, admitted: AdmittedPrincipal | null): void {
  if (c.res.headers.has('set-cookie')) return;
  if (!admitted) clearSessionCookie(c);
  else if (admitted.extendedUntil) setSessionCookie(c, token, admitted.extendedUntil);
}
