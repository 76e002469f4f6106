import { describe, expect, it } from 'vitest';
import {
  isDue,
  judgeRobots,
  recordTry,
  type RobotsRecord,
  UNKNOWN_ROBOTS,
} from '../../../durable-objects/host-gate/robots-record.ts';
import type { FetchedRobots } from '../../../src/crawl/robots/fetch-robots.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = 1_760_000_000_000;

const RULES = { allow: [], disallow: ['/a'], crawlDelayMs: null, sitemaps: [] };
const BROKEN: FetchedRobots = { kind: 'unreachable', detail: 'the server answered 503' };
const UNREADABLE = 'robots.txt could not be read: the server answered 503';

function read(maxAgeMs: number | null): FetchedRobots {
  return { kind: 'read', rules: RULES, maxAgeMs };
}

/** The record after tries at the given times, each when it was due. */
function fail(record: RobotsRecord, ...times: number[]): RobotsRecord {
  return times.reduce((before, at) => {
    expect([at - NOW, isDue(before, at)]).toEqual([at - NOW, true]);
    return recordTry(before, BROKEN, at);
  }, record);
}

describe('the robots.txt that was read', () => {
  it.each([
    [null, DAY_MS],
    [0, 5 * MINUTE_MS],
    [HOUR_MS, HOUR_MS],
    [365 * DAY_MS, DAY_MS],
  ])('with a max-age of %d ms is used for %d ms', (maxAgeMs, freshMs) => {
    const record = recordTry(UNKNOWN_ROBOTS, read(maxAgeMs), NOW);
    expect(judgeRobots(record, NOW + freshMs - 1)).toEqual({ kind: 'rules', rules: RULES });
    expect(isDue(record, NOW)).toBe(false);
    expect(isDue(record, NOW + freshMs - 1)).toBe(false);
    expect(isDue(record, NOW + freshMs)).toBe(true);
  });

  it('is used while it cannot be read again, for 30 days', () => {
    const record = fail(recordTry(UNKNOWN_ROBOTS, read(null), NOW), NOW + DAY_MS);
    expect(judgeRobots(record, NOW + DAY_MS)).toEqual({ kind: 'rules', rules: RULES });
    expect(isDue(record, NOW + DAY_MS + 29_999)).toBe(false);
    expect(isDue(record, NOW + DAY_MS + 30_000)).toBe(true);
    const old = fail(record, NOW + 2 * DAY_MS, NOW + 30 * DAY_MS - 1);
    expect(judgeRobots(old, NOW + 30 * DAY_MS - 1).kind).toBe('rules');
    expect(judgeRobots(old, NOW + 30 * DAY_MS)).toEqual({ kind: 'unreadable', detail: UNREADABLE });
  });

  it('takes the place of all that failed before', () => {
    const record = recordTry(fail(UNKNOWN_ROBOTS, NOW, NOW + 30_000), read(null), NOW + 60_000);
    expect(record.failures).toBeNull();
    const again = fail(recordTry(UNKNOWN_ROBOTS, read(null), NOW), NOW + DAY_MS);
    expect(again.failures?.count).toBe(1);
  });
});

describe('a robots.txt that cannot be read', () => {
  it('is asked for at once when it never was', () => {
    expect(isDue(UNKNOWN_ROBOTS, NOW)).toBe(true);
  });

  it('delays everything twice for 30 s, and then forbids everything', () => {
    const once = fail(UNKNOWN_ROBOTS, NOW);
    expect(judgeRobots(once, NOW)).toEqual({ kind: 'later', at: NOW + 30_000, detail: UNREADABLE });
    expect(isDue(once, NOW + 29_999)).toBe(false);
    const twice = fail(once, NOW + 30_000);
    expect(judgeRobots(twice, NOW + 30_000)).toMatchObject({ kind: 'later', at: NOW + 60_000 });
    const often = fail(twice, NOW + 60_000);
    expect(judgeRobots(often, NOW + 60_000)).toEqual({ kind: 'unreadable', detail: UNREADABLE });
  });

  it('is asked for every ten minutes from then on, and forbids until it is there', () => {
    const given = fail(UNKNOWN_ROBOTS, NOW, NOW + 30_000, NOW + 60_000);
    expect(isDue(given, NOW + 60_000 + 10 * MINUTE_MS - 1)).toBe(false);
    const again = fail(given, NOW + 60_000 + 10 * MINUTE_MS);
    expect(judgeRobots(again, NOW + 60_000 + 10 * MINUTE_MS).kind).toBe('unreadable');
    expect(judgeRobots(recordTry(again, read(null), NOW + HOUR_MS), NOW + HOUR_MS).kind).toBe('rules');
  });
});
