import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { DeadlineError, withAbort, withDeadline } from '../../../src/lib/deadline.ts';

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

describe('a deadline that aborts', () => {
  const untilAborted = async (signal: AbortSignal) =>
    await new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });

  it('aborts at its time and not before', async () => {
    let outcome: unknown = null;
    withAbort(100, untilAborted).catch((error: unknown) => (outcome = error));
    await vi.advanceTimersByTimeAsync(99);
    expect(outcome).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome).toBeInstanceOf(DeadlineError);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('hears an answer that came while the process stood still, and waits no longer for one that did not', async () => {
    vi.useRealTimers();
    const standStill = () => {
      const end = performance.now() + 200;
      while (performance.now() < end);
    };
    const found = await withAbort(50, async (signal) => {
      // One step in a thread beside this one: it is done when this one goes on.
      const answer = stat(import.meta.filename);
      standStill();
      return await Promise.race([answer, untilAborted(signal)]);
    });
    expect(found.isFile()).toBe(true);
    const none = withAbort(50, async (signal) => {
      standStill();
      return await untilAborted(signal);
    });
    await expect(none).rejects.toThrow('no answer within 50 ms');
  });
});

describe('the system clock', () => {
  it('counts milliseconds since the epoch', () => {
    vi.setSystemTime(1_795_000_000_000);
    expect(systemClock.now()).toBe(1_795_000_000_000);
  });
});
