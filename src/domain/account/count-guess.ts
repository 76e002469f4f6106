import type { RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';
import { toAccountKey } from '../../rate-limit/account-key.ts';
import { refuseOver } from '../../rate-limit/refuse-over.ts';

/**
 * Runs `check` of a password unless too many were wrong for this e-mail, at sign-ins or here. It counts from its start,
 * so that many at once are no way around, and is given back unless it rejects with `invalid_credentials`. One Redis
 * round trip. Errors: `rate_limited`, and those of `check`.
 */
export async function countGuess<T>(ctx: RequestContext, email: string, check: () => Promise<T>): Promise<T> {
  const { limiter, policies } = ctx.services;
  const verdicts = await limiter.take([{ policy: policies.failedSignIn, key: await toAccountKey(email) }]);
  // How many guesses an account has seen is nobody's business until it is refused.
  ctx.limits.push(...verdicts.filter(({ allowed }) => !allowed));
  refuseOver(verdicts);
  let isWrong = false;
  try {
    return await check();
  } catch (error) {
    isWrong = error instanceof AppError && error.code === 'invalid_credentials';
    throw error;
  } finally {
    for (const verdict of isWrong ? [] : verdicts)
      ctx.waitUntil('limit-give-back', limiter.giveBack(verdict));
  }
}
