import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { DeadlineError, withDeadline } from '../../../src/lib/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a deadline', () => {
  it('passes on what the work gives or throws, and leaves no timer behind', async () => {
    expect(await withDeadline(Promise.resolve('done'), 100, 'it')).toBe('done');
    await expect(withDeadline(Promise.reject(new Error('broken')), 100, 'it')).rejects.toThrow('broken');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up at its time and not before, saying what was late', async () => {
    let outcome: unknown = null;
    withDeadline(new Promise(() => undefined), 100, 'the store').catch((error: unknown) => (outcome = error));
    await vi.advanceTimersByTimeAsync(99);
    expect(outcome).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome).toBeInstanceOf(DeadlineError);
    expect(outcome).toMatchObject({ message: 'the store did not answer within 100 ms' });
  });
});

describe('the system clock', () => {
  it('counts milliseconds since the epoch', () => {
    vi.setSystemTime(1_795_000_000_000);
    expect(systemClock.now()).toBe(1_795_000_000_000);
  });
});
