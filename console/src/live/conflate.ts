import { namedTimers } from './timers.ts';
import type { Clock } from './timers.ts';

/** Passes on the newest value at most once every `everyMs`: the first at once, later ones when it is time. */
export function conflate<T>(
  send: (value: T) => void,
  { everyMs, clock }: { everyMs: number; clock: Clock },
): { push: (value: T) => void; stop: () => void } {
  const timers = namedTimers<'pause'>(clock);
  let waiting: { value: T } | null = null;
  const pass = (value: T) => {
    timers.set('pause', everyMs, () => {
      if (!waiting) return;
      const next = waiting.value;
      waiting = null;
      pass(next);
    });
    send(value);
  };
  return {
    push: (value) => {
      if (timers.has('pause')) waiting = { value };
      else pass(value);
    },
    stop: () => {
      waiting = null;
      timers.clearAll();
    },
  };
}
