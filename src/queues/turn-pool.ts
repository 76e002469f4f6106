/** An invocation may wait for six answers at a time (Workers platform limit on open connections). */
export const CONCURRENT_FETCHES = 6;

/** Bounds how many tasks run at a time; belongs to one invocation. */
export interface TurnPool {
  /** Places that nobody waits for. */
  readonly idle: number;
  /** Runs a task when there is a place, that of the earliest `turnAt` (ms since 1970) first. */
  run<T>(turnAt: number, task: () => Promise<T>): Promise<T>;
}

/**
 * At most `limit` tasks at a time. Whose turn came first goes first: it is the one that would soon be too late for it,
 * and nobody's many URLs keep those of others waiting.
 */
export function createTurnPool(limit: number): TurnPool {
  let running = 0;
  /** Ascending by turn; equal ones in the order of their coming. */
  const waiting: { turnAt: number; start: () => void }[] = [];

  function enqueue(turnAt: number, start: () => void): void {
    const next = waiting.findIndex((other) => other.turnAt > turnAt);
    waiting.splice(next === -1 ? waiting.length : next, 0, { turnAt, start });
  }

  return {
    get idle() {
      return limit - running;
    },
    async run(turnAt, task) {
      if (running < limit) running++;
      else await new Promise<void>((start) => enqueue(turnAt, start));
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next.start();
        else running--;
      }
    },
  };
}
