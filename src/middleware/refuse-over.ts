import { AppError } from '../errors/app-error.ts';
import type { LogFields } from '../observability/logger.ts';
import { findRefusal } from '../rate-limit/headers.ts';
import type { Verdict } from '../rate-limit/limiter.ts';

/**
 * Errors: `rate_limited`, with the longest wait, when one of the verdicts is a refusal; the log then names each policy
 * that refused.
 */
export function refuseOver(log: LogFields, verdicts: readonly Verdict[]): void {
  const refused = findRefusal(verdicts);
  if (!refused) return;
  log['refusedBy'] = verdicts.flatMap(({ allowed, policy }) => (allowed ? [] : [policy.name])).join(' ');
  throw new AppError('rate_limited', `Try again in ${refused.retryAfterSeconds} seconds.`, {
    retryAfter: refused.retryAfterSeconds,
  });
}
