import { describe, expect, it } from 'vitest';
import { createLocalBuckets } from '../../../src/rate-limit/local-bucket.ts';

const MINUTE = 60_000;

function createBuckets(maxKeys = 100) {
  let now = 1_000_000;
  const buckets = createLocalBuckets({ now: () => now }, maxKeys);
  return {
    pass: (ms: number) => (now += ms),
    giveBack: (key: string) => buckets.giveBack(key, 6),
    /** How many of `times` attempts are allowed. */
    attempt: (key: string, times = 1) =>
      Array.from({ length: times }, () => buckets.take(key, 6, MINUTE).allowed).filter(Boolean).length,
    retryAfterMs: (key: string) => buckets.take(key, 6, MINUTE).retryAfterMs,
  };
}

describe('the bucket of an isolate', () => {
  it('allows its capacity at once and no more, for each key alone', () => {
    const { attempt } = createBuckets();
    expect([attempt('a', 10), attempt('b', 10), attempt('a', 10)]).toEqual([6, 6, 0]);
  });

  it('fills evenly, and never above its capacity', () => {
    const { attempt, pass } = createBuckets();
    attempt('a', 6);
    pass(MINUTE / 6 - 1);
    expect(attempt('a')).toBe(0);
    pass(1);
    expect(attempt('a', 2)).toBe(1);
    pass(100 * MINUTE);
    expect(attempt('a', 20)).toBe(6);
  });

  it('says when to come back, and keeps its word', () => {
    const { attempt, pass, retryAfterMs } = createBuckets();
    attempt('a', 6);
    pass(3_000);
    const wait = retryAfterMs('a');
    expect(wait).toBe(7_000);
    pass(wait);
    expect(attempt('a', 2)).toBe(1);
  });

  it('takes back what was given, and never more than fits', () => {
    const { attempt, giveBack } = createBuckets();
    attempt('a', 6);
    giveBack('a');
    expect(attempt('a', 3)).toBe(1);
    for (let count = 0; count < 20; count++) giveBack('a');
    expect(attempt('a', 20)).toBe(6);
    giveBack('nobody');
  });

  it('gives nothing away when the clock goes back', () => {
    const { attempt, pass } = createBuckets();
    attempt('a', 6);
    pass(-10 * MINUTE);
    expect(attempt('a')).toBe(0);
    pass(10 * MINUTE);
    expect(attempt('a')).toBe(0);
    pass(MINUTE / 6);
    expect(attempt('a', 2)).toBe(1);
  });

  it('forgets the key used longest ago when there are too many', () => {
    const { attempt } = createBuckets(2);
    attempt('a', 6);
    attempt('b', 6);
    attempt('a');
    attempt('c', 6);
    expect([attempt('a'), attempt('c'), attempt('b')]).toEqual([0, 0, 1]);
  });
});
