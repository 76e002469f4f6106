import { describe, expect, it } from 'vitest';
import { rateWords, timeLeftWords, tookWords } from '../../../console/src/job/pace-words.ts';

describe('how fast an import goes', () => {
  it.each([
    [3.21, '3.2 addresses a second'],
    [1, '1 address a second'],
    [0.97, '1 address a second'],
    [41, '41 addresses a second'],
    [0.5, '30 addresses a minute'],
    [0.01, '1 address a minute'],
  ])('%s a second reads "%s"', (rate, words) => {
    expect(rateWords({ rate })).toBe(words);
  });

  it('is not told while nothing comes in', () => {
    expect(rateWords({ rate: 0 })).toBeNull();
  });
});

describe('how long an import will take', () => {
  const estimatedEndAt = '2026-03-01T14:05:00Z';
  const left = (seconds: number) => timeLeftWords({ estimatedEndAt, pending: seconds * 2, rate: 2 });

  it.each([
    [1, 'a few seconds left'],
    [9, 'a few seconds left'],
    [12, 'about 10 seconds left'],
    [44, 'about 40 seconds left'],
    [54, 'about 50 seconds left'],
    [56, 'about 1 minute left'],
    [89, 'about 1 minute left'],
    [100, 'about 2 minutes left'],
    [3_400, 'about 57 minutes left'],
    [5_400, 'about 1.5 hours left'],
    [36_000, 'about 10 hours left'],
    [172_800, 'about 2 days left'],
  ])('%s seconds read "%s"', (seconds, words) => {
    expect(left(seconds)).toBe(words);
  });

  it('is not told without an estimate', () => {
    expect(timeLeftWords({ estimatedEndAt: null, pending: 10, rate: 2 })).toBeNull();
    expect(timeLeftWords({ estimatedEndAt, pending: 10, rate: 0 })).toBeNull();
  });

  it('does not depend on the clock of the machine', () => {
    const past = timeLeftWords({ estimatedEndAt: '2001-01-01T00:00:00Z', pending: 240, rate: 2 });
    expect(past).toBe('about 2 minutes left');
  });
});

describe('how long an import took', () => {
  it('is told once it has ended', () => {
    const startedAt = '2026-03-01T14:05:00Z';
    expect(tookWords({ startedAt, finishedAt: '2026-03-01T14:05:00.2Z' })).toBe('Took 1 second');
    expect(tookWords({ startedAt, finishedAt: '2026-03-01T14:12:10Z' })).toBe('Took 7 minutes');
    expect(tookWords({ startedAt, finishedAt: null, runs: 2 })).toBeNull();
    expect(tookWords({ startedAt: null, finishedAt: startedAt })).toBeNull();
  });

  it('is told of the last run alone after a retry', () => {
    const times = { startedAt: '2026-03-01T14:05:00Z', finishedAt: '2026-03-01T14:05:02Z' };
    expect(tookWords({ ...times, runs: 1 })).toBe('Took 2 seconds');
    expect(tookWords({ ...times, runs: 2 })).toBe('The last run took 2 seconds');
  });
});
