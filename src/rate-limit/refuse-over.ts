import { AppError } from '../errors/app-error.ts';
import { findRefusal } from './headers.ts';
import type { Verdict } from './limiter.ts';

/** Errors: `rate_limited`, with the longest wait, when one of the verdicts is a refusal. */
export function refuseOver(verdicts: readonly Verdict[]): void {
  const refused = findRefusal(verdicts);
  if (!refused) return;
  throw new AppError('rate_limited', `Try again in ${refused.retryAfterSeconds} seconds.`, {
    retryAfter: refused.retryAfterSeconds,
  });
}
