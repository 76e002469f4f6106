import type { Clock } from './clock.ts';

/** A limit of time that is used up only while it runs. */
export interface Stopwatch {
  run(): void;
  /** What is used up stays so. Leaves no timer behind. */
  pause(): void;
}

/** Calls `onOver` when it has run for `limitMs` in all. Begins paused. */
export function createStopwatch(limitMs: number, clock: Clock, onOver: () => void): Stopwatch {
  let leftMs = limitMs;
  let startedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    run() {
      if (timer !== undefined) return;
      startedAt = clock.now();
      timer = setTimeout(onOver, leftMs);
    },
    pause() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      leftMs = Math.max(0, leftMs - (clock.now() - startedAt));
    },
  };
}
