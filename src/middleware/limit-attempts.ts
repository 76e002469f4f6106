import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { sha256, toHex } from '../lib/bytes.ts';
import { toAddressKey } from '../rate-limit/client-address.ts';
import type { Check } from '../rate-limit/limiter.ts';
import { refuseOver } from './refuse-over.ts';

interface LimitAttemptsOptions {
  /** The e-mail whose password is tried, or null: 401 then counts against it, whether it has an account or not. */
  emailOf?: (body: unknown) => string | null;
}

/**
 * 429 before any look-up or hashing, when the client's address has made too many attempts or the account has seen
 * too many that failed. One Redis round trip. An attempt counts against the account from its start, so that many at
 * once are no way around, and is given back unless it fails.
 */
export function limitAttempts({ emailOf }: LimitAttemptsOptions = {}) {
  return createMiddleware<AppEnv>(async function limitAttemptsMiddleware(c, next) {
    const ctx = c.get('ctx');
    const { limiter, policies } = ctx.services;
    const address: Check = { policy: policies.signIn, key: toAddressKey(c.req.header('cf-connecting-ip')) };
    const email = emailOf ? emailOf(await readJson(c)) : null;
    const account = email === null ? null : { policy: policies.failedSignIn, key: await toAccountKey(email) };
    const verdicts = await limiter.take(account ? [address, account] : [address]);
    const [byAddress, byAccount] = verdicts;
    const giveBack = () => {
      if (byAccount) ctx.waitUntil('limit-give-back', limiter.giveBack(byAccount));
    };
    // How many guesses an account has seen is nobody's business until it is refused.
    ctx.limits.push(...verdicts.filter((verdict) => verdict === byAddress || !verdict.allowed));
    if (verdicts.some(({ allowed }) => !allowed)) giveBack();
    refuseOver(c.get('log'), verdicts);
    await next();
    if (c.res.status !== 401) giveBack();
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

/**
 * As Postgres compares e-mails, else another spelling of the same account would have a count of its own: it may lower
 * each letter for itself, and U+0130 (capital I with a dot) is the one that JavaScript makes two of.
 */
async function toAccountKey(email: string): Promise<string> {
  return toHex(await sha256(email.replaceAll('\u0130', 'i').toLowerCase()));
}
