/** Tries that a URL gets before a passing fault is final. */
export const MAX_TRIES = 3;
const LONGEST_SECONDS = 3_600;

/**
 * When a URL is tried again after `attempt` failed tries before this one, in ms since 1970; null when it has had
 * all its tries. Doubles from `baseSeconds` up to an hour; the server's own word goes before, if it is later.
 */
export function retryAt(
  attempt: number,
  baseSeconds: number,
  now: number,
  notBefore: number | undefined,
): number | null {
  if (attempt + 1 >= MAX_TRIES) return null;
  const delaySeconds = Math.min(baseSeconds * 2 ** attempt, LONGEST_SECONDS);
  return Math.max(now + delaySeconds * 1_000, notBefore ?? 0);
}
