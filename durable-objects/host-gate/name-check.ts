import type { HostVerdict } from '../../src/crawl/resolve-host.ts';
import type { Clock } from '../../src/lib/clock.ts';

const MIN_TTL_MS = 60_000;
const MAX_TTL_MS = 3_600_000;
const REFUSED_TTL_MS = 30_000;
/** The host itself, and those that its robots.txt is redirected to. */
const MAX_HOSTS = 16;
/**
 * A name that cannot be looked up so often in a row, while others can, counts as not found, or its images would wait for
 * ever. With nobody to ask there is nothing wrong with the name: they wait.
 */
const MAX_TRIES = 3;

interface CheckedName {
  verdict: HostVerdict;
  /** When it is looked up again, in ms since 1970. */
  until: number;
  /** Temporary failures in a row that are the name's own. */
  failures: number;
}

/**
 * Remembers what hosts resolve to, in memory: public ones for their time to live (1 min to 1 h), others for
 * 30 s. All that ask while a look-up is under way share it. `isAnswering`: whether any name can be looked up. Neither ever
 * throws.
 */
export function createNameCheck(
  clock: Clock,
  resolve: (host: string) => Promise<HostVerdict>,
  isAnswering: () => Promise<boolean>,
): (host: string) => Promise<CheckedName> {
  const names = new Map<string, Promise<CheckedName>>();

  async function lookUp(host: string, failuresBefore: number): Promise<CheckedName> {
    const verdict = await resolve(host);
    const ttlMs = verdict.ok
      ? Math.min(Math.max(verdict.ttlSeconds * 1_000, MIN_TTL_MS), MAX_TTL_MS)
      : REFUSED_TTL_MS;
    const until = clock.now() + ttlMs;
    if (verdict.ok || !verdict.isTemporary) return { verdict, until, failures: 0 };
    const failures = failuresBefore + ((await isAnswering()) ? 1 : 0);
    return { verdict: { ...verdict, isTemporary: failures < MAX_TRIES }, until, failures };
  }

  return async (host) => {
    for (;;) {
      const asked = names.get(host);
      const known = await asked;
      if (known && clock.now() < known.until) return known;
      // Another caller may have asked again meanwhile.
      if (names.get(host) !== asked) continue;
      names.delete(host);
      names.set(host, lookUp(host, known?.failures ?? 0));
      const [oldest] = names.keys();
      if (names.size > MAX_HOSTS && oldest !== undefined) names.delete(oldest);
    }
  };
}
