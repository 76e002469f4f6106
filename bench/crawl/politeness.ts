import type { Visit } from './manifest.ts';

/**
 * A request may come so much too early, as a share of the interval, seen from the site: where all share two processors,
 * one request may wait some 50 ms on its way and the next one not at all.
 */
const EARLY_SHARE = 0.25;
const MIN_EARLY_MS = 20;
/** Of the site's Retry-After. */
const PAUSE_MS = 1_000;
const ROBOTS = '/robots.txt';
const DISALLOWED = '/private/';

/** One request that should not have been made, or not then. */
export interface Violation {
  kind: 'before robots.txt' | 'forbidden' | 'too soon' | 'in a pause';
  /** In words. */
  detail: string;
}

/**
 * What a contender did against the wishes of the site's hosts: it asked for a picture before robots.txt, for what that
 * forbids, sooner after another request than `intervalMs` (null: any time is right), or before the end of a pause that
 * an origin had asked for. robots.txt itself is free.
 */
export function findViolations(log: Visit[], intervalMs: number | null): Violation[] {
  return [...Map.groupBy(log, ({ origin }) => origin).values()].flatMap((visits) =>
    judgeOrigin(
      visits.toSorted((a, b) => a.at - b.at),
      intervalMs,
    ),
  );
}

function judgeOrigin(visits: Visit[], intervalMs: number | null): Violation[] {
  const violations: Violation[] = [];
  const leastMs = intervalMs === null ? 0 : intervalMs - Math.max(intervalMs * EARLY_SHARE, MIN_EARLY_MS);
  let hasRobots = false;
  let lastAt = -Infinity;
  let pauseEnd = -Infinity;
  for (const { origin, path, at, headAt, status } of visits) {
    if (path === ROBOTS) {
      hasRobots = true;
      continue;
    }
    const add = (kind: Violation['kind'], how: string) =>
      violations.push({ kind, detail: `origin ${origin}, ${path}: ${how}` });
    if (!hasRobots) add('before robots.txt', 'asked before robots.txt');
    if (path.startsWith(DISALLOWED)) add('forbidden', 'forbidden by robots.txt');
    if (at - lastAt < leastMs) add('too soon', `${(at - lastAt).toFixed(0)} ms after the request before`);
    if (at < pauseEnd) add('in a pause', `${(pauseEnd - at).toFixed(0)} ms before the end of a Retry-After`);
    if (status === 503 && headAt !== null) pauseEnd = headAt + PAUSE_MS;
    lastAt = at;
  }
  return violations;
}
