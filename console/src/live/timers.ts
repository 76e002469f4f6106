/** What runs things later. */
export interface Clock {
  /** Runs once after `ms`, unless the function that it returns is called before. */
  after: (ms: number, run: () => void) => () => void;
}

interface Timers<Name extends string> {
  /** Starts a timer, in place of the one of that name. */
  set: (name: Name, ms: number, run: () => void) => void;
  has: (name: Name) => boolean;
  clear: (name: Name) => void;
  clearAll: () => void;
}

/** Timers by name: at most one of each. */
export function namedTimers<Name extends string>(clock: Clock): Timers<Name> {
  const running = new Map<Name, () => void>();
  const clear = (name: Name) => {
    running.get(name)?.();
    running.delete(name);
  };
  return {
    set: (name, ms, run) => {
      clear(name);
      const cancel = clock.after(ms, () => {
        running.delete(name);
        run();
      });
      running.set(name, cancel);
    },
    has: (name) => running.has(name),
    clear,
    clearAll: () => {
      for (const name of running.keys()) clear(name);
    },
  };
}

/** The browser's own. */
export const windowClock: Clock = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
