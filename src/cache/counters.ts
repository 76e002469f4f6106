/**
 * hit: used as it was found. stale: used while it is read anew, or because it could not be. miss: read from the database.
 * invalid: found, but older than a write. unreadable: found, but not what the namespace holds. error: the tier did not
 * answer.
 */
const OUTCOMES = ['hit', 'stale', 'miss', 'invalid', 'unreadable', 'error'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type Counts = Record<Outcome, number>;

export interface CacheCounters {
  count(namespace: string, outcome: Outcome): void;
  /** Since the isolate began, by namespace. */
  read(): Record<string, Counts>;
}

export function createCacheCounters(): CacheCounters {
  const counts = new Map<string, Counts>();
  return {
    count(namespace, outcome) {
      const known = counts.get(namespace) ?? {
        hit: 0,
        stale: 0,
        miss: 0,
        invalid: 0,
        unreadable: 0,
        error: 0,
      };
      known[outcome] += 1;
      counts.set(namespace, known);
    },
    read: () => Object.fromEntries([...counts].map(([name, one]) => [name, { ...one }])),
  };
}
