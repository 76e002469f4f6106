/** A flight that takes longer is taken for dead: the runtime may have cancelled the request that began it. */
const LEASE_MS = 10_000;

interface Flight<T> {
  startedAt: number;
  waiters: Set<(value: T | null) => void>;
}

/** `isOwn`: loaded by whoever asked, not by another request. */
export interface Landed<T> {
  value: T;
  isOwn: boolean;
}

export interface SingleFlight<T> {
  /**
   * Runs `load`, unless another request of the isolate does so for the same key: then waits for what that one gets, for
   * `waitMs` at most. Null: the other one failed or took too long, and the caller has to load by itself.
   */
  run(key: string, waitMs: number, load: () => Promise<T>): Promise<Landed<T> | null>;
  /** Whether `run` would wait for another request. */
  isUnderWay(key: string): boolean;
}

/**
 * Shares values, never promises: a promise belongs to the request that made it, and ends with that request. Whoever loads
 * must be kept alive by `waitUntil`.
 */
export function createSingleFlight<T>(now: () => number): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  async function join(flight: Flight<T>, waitMs: number): Promise<Landed<T> | null> {
    const { promise, resolve } = Promise.withResolvers<T | null>();
    flight.waiters.add(resolve);
    const timer = setTimeout(() => resolve(null), waitMs);
    try {
      const value = await promise;
      return value === null ? null : { value, isOwn: false };
    } finally {
      clearTimeout(timer);
      flight.waiters.delete(resolve);
    }
  }

  function findCurrent(key: string): Flight<T> | null {
    const flight = flights.get(key);
    return flight && now() - flight.startedAt < LEASE_MS ? flight : null;
  }

  return {
    isUnderWay: (key) => findCurrent(key) !== null,
    async run(key, waitMs, load) {
      const current = findCurrent(key);
      if (current) return await join(current, waitMs);
      const mine: Flight<T> = { startedAt: now(), waiters: new Set() };
      flights.set(key, mine);
      let value: T | null = null;
      try {
        value = await load();
        return { value, isOwn: true };
      } finally {
        if (flights.get(key) === mine) flights.delete(key);
        for (const resolve of mine.waiters) resolve(value);
      }
    },
  };
}
