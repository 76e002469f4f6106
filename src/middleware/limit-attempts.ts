import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { toAccountKey } from '../rate-limit/account-key.ts';
import { beginAttempt } from '../rate-limit/begin-attempt.ts';
import { toAddressKey } from '../rate-limit/client-address.ts';
import type { Check } from '../rate-limit/limiter.ts';

interface LimitAttemptsOptions {
  /** The e-mail whose password is tried, or null: 401 then counts against it, whether it has an account or not. */
  emailOf?: (body: unknown) => string | null;
}

/**
 * 429 before any look-up or hashing, when the client's address has made too many attempts or the account has seen
 * too many that failed. One Redis round trip.
 */
export function limitAttempts({ emailOf }: LimitAttemptsOptions = {}) {
  return createMiddleware<AppEnv>(async function limitAttemptsMiddleware(c, next) {
    const ctx = c.get('ctx');
    const { limiter, policies } = ctx.services;
    const address: Check = { policy: policies.signIn, key: toAddressKey(c.req.header('cf-connecting-ip')) };
    const email = emailOf ? emailOf(await readJson(c)) : null;
    const account = email === null ? null : { policy: policies.failedSignIn, key: await toAccountKey(email) };
    const attempt = beginAttempt(ctx, await limiter.take(account ? [address, account] : [address]));
    await next();
    if (c.res.status !== 401) attempt.giveBack();
  });
}

/** The parsed body, or null: what is wrong with it is said by the route. */
async function readJson(c: Context<AppEnv>): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    return null;
  }
}
