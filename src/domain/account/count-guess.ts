import type { RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';
import { toAccountKey } from '../../rate-limit/account-key.ts';
import { beginAttempt } from '../../rate-limit/begin-attempt.ts';

/**
 * Runs `check` of a password unless too many were wrong for this e-mail, at sign-ins or here; it has failed when it
 * rejects with `invalid_credentials`. One Redis round trip. Errors: `rate_limited`, and those of `check`.
 */
export async function countGuess<T>(ctx: RequestContext, email: string, check: () => Promise<T>): Promise<T> {
  const { limiter, policies } = ctx.services;
  const account = { policy: policies.failedSignIn, key: await toAccountKey(email) };
  const attempt = beginAttempt(ctx, await limiter.take([account]));
  let isWrong = false;
  try {
    return await check();
  } catch (error) {
    isWrong = error instanceof AppError && error.code === 'invalid_credentials';
    throw error;
  } finally {
    if (!isWrong) attempt.giveBack();
  }
}
