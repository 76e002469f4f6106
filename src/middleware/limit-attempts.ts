import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { AppError } from '../errors/app-error.ts';
import { sha256, toHex } from '../lib/bytes.ts';
import { logEvent } from '../observability/logger.ts';
import { toAddressKey } from '../rate-limit/client-address.ts';
import type { Attempt, Verdict } from '../rate-limit/limiter.ts';
import { attemptsByAddress, FAILED_SIGN_INS } from '../rate-limit/policies.ts';

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
    const { attempts: limiter, config } = ctx.services;
    const address: Attempt = {
      policy: attemptsByAddress(config.ENVIRONMENT),
      key: toAddressKey(c.req.header('cf-connecting-ip')),
    };
    const email = emailOf ? emailOf(await readJson(c)) : null;
    const account = email === null ? null : { policy: FAILED_SIGN_INS, key: await toAccountKey(email) };
    const [byAddress, byAccount] = await limiter.take(account ? [address, account] : [address]);
    logFallback(ctx.requestId, [byAddress, byAccount]);

    const refused = [byAddress, byAccount].find((verdict) => verdict?.allowed === false);
    const giveBack = () => {
      if (byAccount) ctx.waitUntil('limit-give-back', limiter.giveBack(byAccount));
    };
    if (refused) {
      giveBack();
      throw new AppError('rate_limited', `Try again in ${refused.retryAfterSeconds} seconds.`, {
        retryAfter: refused.retryAfterSeconds,
        headers: limitHeaders(refused),
      });
    }
    await next();
    if (c.res.status !== 401) giveBack();
    if (!byAddress) return;
    for (const [name, value] of Object.entries(limitHeaders(byAddress))) c.res.headers.set(name, value);
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

/** The newest draft of the IETF's RateLimit header fields. Nothing when this isolate judged alone: it knows only itself. */
function limitHeaders({ policy, shared }: Verdict): Record<string, string> {
  if (!shared) return {};
  return {
    'RateLimit-Policy': `"${policy.name}";q=${policy.limit};w=${policy.windowSeconds}`,
    RateLimit: `"${policy.name}";r=${shared.remaining};t=${shared.resetSeconds}`,
  };
}

function logFallback(requestId: string, verdicts: (Verdict | undefined)[]): void {
  const alone = verdicts.filter((verdict) => verdict?.shared === null);
  if (alone.length === 0) return;
  const fault = alone[0]?.fault;
  logEvent('warn', 'limiter_fallback', {
    requestId,
    policies: alone.map((verdict) => verdict?.policy.name).join(' '),
    // The client's own messages end with the command, and with it the key.
    reason:
      fault instanceof Error ? `${fault.name}: ${fault.message.split(', command was')[0]}` : String(fault),
  });
}
