import type { RequestContext } from '../context.ts';
import type { Verdict } from './limiter.ts';
import { refuseOver } from './refuse-over.ts';

export interface Attempt {
  /** Takes it out of the limits of failures again: it did not fail, or was not judged. Beside the reply. */
  giveBack(): void;
}

/** Notes what limits the request, and lets it go on. Errors: `rate_limited`; nothing has failed then. */
export function beginAttempt(
  ctx: Pick<RequestContext, 'limits' | 'services' | 'waitUntil'>,
  verdicts: readonly Verdict[],
): Attempt {
  const giveBack = () => {
    for (const verdict of verdicts) {
      if (verdict.policy.ofFailures) ctx.waitUntil('limit-give-back', ctx.services.limiter.giveBack(verdict));
    }
  };
  ctx.limits.push(...verdicts);
  if (verdicts.some(({ allowed }) => !allowed)) giveBack();
  refuseOver(verdicts);
  return { giveBack };
}
