import type { FetchedRobots } from '../../src/crawl/robots/fetch-robots.ts';
import type { RobotsRules } from '../../src/crawl/robots/parse-robots.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** RFC 9309 §2.4: a copy is not used for longer, unless the file cannot be reached. */
const MAX_FRESH_MS = DAY_MS;
/** A site that forbids storing would otherwise be asked for its rules before each chunk. */
const MIN_FRESH_MS = 5 * MINUTE_MS;
const MAX_STALE_MS = 30 * DAY_MS;
/** A short outage only delays a job; after this many tries in a row its rules count as unreadable. */
const MAX_TRIES = 3;
const RETRY_MS = 30_000;
/** Once the origin is given up; every try is still a request. */
const SLOW_RETRY_MS = 10 * MINUTE_MS;

/** What is known of an origin's robots.txt. All times are ms since 1970. */
export interface RobotsRecord {
  copy: { rules: RobotsRules; readAt: number; freshUntil: number } | null;
  /** Tries in a row that could not reach it; the next is not before `retryAt`. */
  failures: { count: number; retryAt: number; detail: string } | null;
}

type RobotsVerdict =
  | { kind: 'rules'; rules: RobotsRules }
  | { kind: 'later'; at: number; detail: string }
  | { kind: 'unreadable'; detail: string };

export const UNKNOWN_ROBOTS: RobotsRecord = { copy: null, failures: null };

/** Whether the file has to be asked for before the record can be judged. */
export function isDue(record: RobotsRecord, now: number): boolean {
  if (record.failures) return now >= record.failures.retryAt;
  return record.copy === null || now >= record.copy.freshUntil;
}

/** The record after one more try. */
export function recordTry(record: RobotsRecord, fetched: FetchedRobots, now: number): RobotsRecord {
  if (fetched.kind === 'read') {
    const freshMs = Math.min(Math.max(fetched.maxAgeMs ?? MAX_FRESH_MS, MIN_FRESH_MS), MAX_FRESH_MS);
    return { copy: { rules: fetched.rules, readAt: now, freshUntil: now + freshMs }, failures: null };
  }
  const count = (record.failures?.count ?? 0) + 1;
  const retryAt = now + (count < MAX_TRIES ? RETRY_MS : SLOW_RETRY_MS);
  return { copy: record.copy, failures: { count, retryAt, detail: fetched.detail } };
}

/**
 * What a record that is not due means (RFC 9309 §2.3.1.4, §2.4): rules that cannot be reached forbid
 * everything, for the moment at first, unless there is a copy of them younger than 30 days.
 */
export function judgeRobots({ copy, failures }: RobotsRecord, now: number): RobotsVerdict {
  if (copy && (!failures || now < copy.readAt + MAX_STALE_MS)) return { kind: 'rules', rules: copy.rules };
  const detail = `robots.txt could not be read: ${failures?.detail ?? 'not asked for'}`;
  if (failures && failures.count < MAX_TRIES) return { kind: 'later', at: failures.retryAt, detail };
  return { kind: 'unreadable', detail };
}
