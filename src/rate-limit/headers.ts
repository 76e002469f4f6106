import type { Verdict } from './limiter.ts';

/**
 * The RateLimit fields of a reply, an item for each limit (draft-ietf-httpapi-ratelimit-headers-10). Nothing of a limit
 * that Redis did not judge, for nobody then knows what is left; nor of a limit of failures until it refuses.
 */
export function toLimitHeaders(verdicts: readonly Verdict[]): Record<string, string> {
  const told = verdicts.flatMap(({ allowed, shared, name, limit, policy }) =>
    shared && !(policy.ofFailures && allowed)
      ? [{ ...shared, name, limit, windowSeconds: policy.windowSeconds }]
      : [],
  );
  if (told.length === 0) return {};
  return {
    'RateLimit-Policy': told
      .map(({ name, limit, windowSeconds }) => `"${name}";q=${limit};w=${windowSeconds}`)
      .join(', '),
    RateLimit: told
      .map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`)
      .join(', '),
  };
}

/** The refusal that a caller must wait for longest; undefined when none is one. */
export function findRefusal(verdicts: readonly Verdict[]): Verdict | undefined {
  return verdicts
    .filter(({ allowed }) => !allowed)
    .toSorted((a, b) => b.retryAfterSeconds - a.retryAfterSeconds)[0];
}
