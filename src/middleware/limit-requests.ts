import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { type AppEnv, actorIdOf, type RequestContext } from '../context.ts';
import { hashToken } from '../domain/account/session-token.ts';
import { toAddressKey } from '../rate-limit/client-address.ts';
import type { Verdict } from '../rate-limit/limiter.ts';
import { requestLimitOf } from '../rate-limit/policies.ts';
import { type Caller, checksOf } from '../rate-limit/request-checks.ts';
import { type Credential, readCredential } from './credential.ts';
import { refuseOver } from './refuse-over.ts';

/**
 * 429 for a caller (or, without credentials, an address) that has sent too many requests, before anybody is looked up.
 * One Redis round trip. `isAttempt`: paths that limitAttempts counts by address.
 */
export function limitRequests(isAttempt: (path: string) => boolean) {
  return createMiddleware<AppEnv>(async function limitRequestsMiddleware(c, next) {
    const ctx = c.get('ctx');
    const { limiter, policies } = ctx.services;
    const credential = readCredential(c);
    if (!credential && isAttempt(c.req.path)) return await next();
    const addressKey = toAddressKey(c.req.header('cf-connecting-ip'));
    const caller = credential && (await callerOf(c, credential));
    const verdicts = await limiter.take(
      checksOf(policies, {
        method: c.req.method,
        path: c.req.path,
        caller,
        hasCredentials: credential !== null,
        addressKey,
      }),
    );
    ctx.limits.push(...verdicts);
    refuseOver(verdicts);
    await next();
    const [first] = verdicts;
    if (caller && first) tellLimit(ctx, first);
    if (credential && c.res.status === 401 && actorIdOf(ctx.actor) === null) {
      const counted = limiter.take([{ policy: policies.badCredentials, key: addressKey }]);
      ctx.waitUntil('bad-credentials', counted);
    }
  });
}

/** A program by its session, for its token changes every few minutes; null for a token that is no good. */
async function callerOf(c: Context<AppEnv>, { kind, token }: Credential): Promise<Caller | null> {
  if (kind !== 'program') return { kind, key: await hashToken(token) };
  const subject = await c.get('ctx').services.accessTokens.verify(token);
  return subject && { kind, key: subject.sessionId };
}

/** Tells Redis the limit of a caller who was judged by another: at the first request, and after a change of the plan. */
function tellLimit(ctx: RequestContext, { policy, key, limit, source }: Verdict): void {
  if (!ctx.allowance || source !== 'redis') return;
  const { limiter, config } = ctx.services;
  const theirs = requestLimitOf(ctx.allowance.plan, ctx.allowance.ownLimit, config.LIMITER_SCALE);
  if (theirs !== limit) ctx.waitUntil('key-limit', limiter.setKeyLimit(policy, key, theirs));
}
