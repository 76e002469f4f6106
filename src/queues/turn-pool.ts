/** An invocation may wait for six answers at a time (Workers platform limit on open connections). */
export const CONCURRENT_FETCHES = 6;

/** Bounds how many tasks run at a time; belongs to one invocation. */
export interface TurnPool {
  /** Places that nobody waits for. */
  readonly idle: number;
  /** Runs a task when there is a place, that of the earliest `turnAt` (ms since 1970) first. */
  run<T>(turnAt: number, task: () => Promise<T>): Promise<T>;
  /** Starts what may start now: to be called when `isHeld` has become false. */
  look(): void;
}

/**
 * At most `limit` tasks at a time, and no new one while `isHeld`: there is no room for what it would bring. Whose turn
 * came first goes first: it is the one that would soon be too late for it, and nobody's many URLs keep those of others
 * waiting.
 */
export function createTurnPool(limit: number, isHeld: () => boolean = () => false): TurnPool {
  let running = 0;
  /** Ascending by turn; equal ones in the order of their coming. */
  const waiting: { turnAt: number; start: () => void }[] = [];

  function enqueue(turnAt: number, start: () => void): void {
    const next = waiting.findIndex((other) => other.turnAt > turnAt);
    waiting.splice(next === -1 ? waiting.length : next, 0, { turnAt, start });
  }

  function look(): void {
    while (running < limit && !isHeld()) {
      const next = waiting.shift();
      if (!next) return;
      running++;
      next.start();
    }
  }

  return {
    get idle() {
      return isHeld() ? 0 : limit - running;
    },
    async run(turnAt, task) {
      await new Promise<void>((start) => {
        enqueue(turnAt, start);
        look();
      });
      try {
        return await task();
      } finally {
        running--;
        look();
      }
    },
    look,
  };
}
