import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { createStopwatch } from '../../../src/lib/stopwatch.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('a stopwatch', () => {
  it('counts only while it runs, and goes on where it was paused', () => {
    const onOver = vi.fn();
    const watch = createStopwatch(1_000, systemClock, onOver);
    vi.advanceTimersByTime(5_000);
    for (const _ of [1, 2]) {
      watch.run();
      vi.advanceTimersByTime(400);
      watch.pause();
      vi.advanceTimersByTime(5_000);
    }
    expect(onOver).not.toHaveBeenCalled();
    watch.run();
    vi.advanceTimersByTime(199);
    expect(onOver).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onOver).toHaveBeenCalledTimes(1);
  });

  it('gives nothing more when it is started or paused twice', () => {
    const onOver = vi.fn();
    const watch = createStopwatch(1_000, systemClock, onOver);
    watch.run();
    vi.advanceTimersByTime(600);
    watch.run();
    vi.advanceTimersByTime(100);
    watch.pause();
    watch.pause();
    watch.run();
    vi.advanceTimersByTime(300);
    expect(onOver).toHaveBeenCalledTimes(1);
  });

  it('leaves no timer behind when it is paused', () => {
    const watch = createStopwatch(1_000, systemClock, () => undefined);
    watch.run();
    expect(vi.getTimerCount()).toBe(1);
    watch.pause();
    expect(vi.getTimerCount()).toBe(0);
  });
});
