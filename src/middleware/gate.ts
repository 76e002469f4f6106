import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { LookedUp } from '../cache/principal-cache.ts';
import type { Principal } from '../cache/principal-record.ts';
import type { Actor, AppEnv, RequestContext } from '../context.ts';
import { type AdmittedPrincipal, admitPrincipal } from '../domain/account/admit-principal.ts';
import { AppError } from '../errors/app-error.ts';
import { laterBookmark } from '../lib/bookmark.ts';
import type { LogFields } from '../observability/logger.ts';
import { toAddressKey } from '../rate-limit/client-address.ts';
import type { Check, Verdict } from '../rate-limit/limiter.ts';
import { requestLimitOf } from '../rate-limit/policies.ts';
import { refuseOver } from '../rate-limit/refuse-over.ts';
import { checksOf } from '../rate-limit/request-checks.ts';
import { prefetchOf } from './prefetch.ts';
import { readCredential, type ShownCredential } from './read-credential.ts';
import { requireScope } from './require-scope.ts';
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts';

/**
 * Asks Redis once for everything that a request needs: who is behind the credential, whether the limits allow it, and
 * the cached value that its route is going to read. None of it depends on another, so that one HTTP call carries all. A
 * credential whose record Redis does not have costs a look-up in the database.
 *
 * Errors, in this order: `rate_limited`; `unauthenticated` for a bearer token that is no good, for whoever sends one
 * means to be known by it; `forbidden` for an API key without the scope. What somebody may do is the verb's business. While Redis is out of reach identity comes from
 * the database, limits from the platform or the isolate, values from the isolate or the database. `isAttempt`: paths
 * that limitAttempts counts by address.
 */
export function gate(isAttempt: (path: string) => boolean) {
  return createMiddleware<AppEnv>(async function gateMiddleware(c, next) {
    const ctx = c.get('ctx');
    // The operator's token has been checked, and is nobody's whom Redis or the database would know.
    if (ctx.actor.kind === 'service') return await next();
    const shown = await readCredential(c);
    const { lookedUp, verdicts } = await askRedis(c, shown, isAttempt(c.req.path));
    const known = lookedUp.state === 'found' ? lookedUp.principal : null;
    if (known) nameCaller(c.get('log'), known);
    // Whoever is known is not kept out by guesses that come from the same address: they cost no look-up.
    const limits = known ? verdicts.filter(({ isPeek }) => !isPeek) : verdicts;
    ctx.limits.push(...limits);
    refuseOver(limits);
    const admitted = await admit(ctx, shown, lookedUp);
    if (admitted) enter(c, admitted);
    else if (shown.state !== 'none') countBadCredential(c);
    if (!admitted && (shown.state === 'invalid' || (shown.state === 'shown' && shown.cookie === null)))
      throw new AppError('unauthenticated', 'The credential is not valid, has expired or was revoked.', {
        // RFC 6750, 3.1
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      });
    await next();
    if (shown.state === 'shown' && shown.cookie !== null) followCookie(c, shown.cookie, admitted);
  });
}

/** The one trip; without a credential, a limit or a value to look up there is none. */
async function askRedis(
  c: Context<AppEnv>,
  shown: ShownCredential,
  isAttempt: boolean,
): Promise<{ lookedUp: LookedUp; verdicts: Verdict[] }> {
  const { redis, principals, cache, limiter } = c.get('ctx').services;
  const batch = redis.open();
  const looking = shown.state === 'shown' ? principals.look(batch, shown.credential.name) : null;
  for (const ref of prefetchOf(methodOf(c), c.req.path)) cache.prefetch(batch, ref);
  const checks = isAttempt && shown.state === 'none' ? [] : toChecks(c, shown);
  const judging = limiter.enqueue(batch, checks);
  await batch.send();
  return { lookedUp: (await looking) ?? { state: 'silent' }, verdicts: await judging };
}

/** A HEAD is answered by what answers a GET. */
function methodOf(c: Context<AppEnv>): string {
  return c.req.method === 'HEAD' ? 'GET' : c.req.method;
}

function toChecks(c: Context<AppEnv>, shown: ShownCredential): Check[] {
  const { policies } = c.get('ctx').services;
  return checksOf(policies, {
    method: methodOf(c),
    path: c.req.path,
    caller: shown.state === 'shown' ? { kind: shown.credential.kind, key: shown.credential.name } : null,
    mayBeGuess: shown.state === 'invalid' || (shown.state === 'shown' && !isKnown(c, shown)),
    addressKey: toAddressKey(c.req.header('cf-connecting-ip')),
  });
}

function isKnown(c: Context<AppEnv>, { credential }: ShownCredential & { state: 'shown' }): boolean {
  return c.get('ctx').services.principals.isKnown(credential.name);
}

async function admit(
  ctx: RequestContext,
  shown: ShownCredential,
  lookedUp: LookedUp,
): Promise<AdmittedPrincipal | null> {
  if (shown.state !== 'shown') return null;
  return await admitPrincipal(ctx, shown.credential, lookedUp);
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

function nameCaller(log: LogFields, { kind, id, userId }: Principal): void {
  log['actor'] = userId;
  if (kind === 'apiKey') log['apiKey'] = id;
}

function toActor({ kind, id, userId, scopes }: Principal): Actor {
  return kind === 'apiKey'
    ? { kind, userId, keyId: id, scopes: scopes ?? [] }
    : { kind: 'user', userId, sessionId: id };
}

function countBadCredential(c: Context<AppEnv>): void {
  const { limiter, policies } = c.get('ctx').services;
  const key = toAddressKey(c.req.header('cf-connecting-ip'));
  c.get('ctx').waitUntil('bad-credentials', limiter.take([{ policy: policies.badCredentials, key }]));
}

/** A cookie follows its session: a new end, or its own end. Not after a sign-in, which has just set another one. */
function followCookie(c: Context<AppEnv>, token: string, admitted: AdmittedPrincipal | null): void {
  if (c.res.headers.has('set-cookie')) return;
  if (!admitted) clearSessionCookie(c);
  else if (admitted.extendedUntil) setSessionCookie(c, token, admitted.extendedUntil);
}
