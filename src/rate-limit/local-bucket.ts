import type { Clock } from '../lib/clock.ts';
import { BoundedMap } from '../lib/bounded-map.ts';

interface Level {
  tokens: number;
  /** Milliseconds since the epoch. */
  at: number;
}

interface Drawn {
  allowed: boolean;
  retryAfterMs: number;
}

export interface LocalBuckets {
  /** Takes a token, or says in how many milliseconds there is one. */
  take(key: string, capacity: number, windowMs: number): Drawn;
  /** Puts a token back that was taken. */
  giveBack(key: string, capacity: number): void;
}

/**
 * Token buckets in memory: `capacity` tokens, refilled evenly over `windowMs`. At most `maxKeys` are kept, the
 * ones used last: whoever comes from more addresses than that is beyond what one isolate can hold off.
 */
export function createLocalBuckets(clock: Clock, maxKeys: number): LocalBuckets {
  const levels = new BoundedMap<Level>(maxKeys);
  return {
    take(key, capacity, windowMs) {
      const now = clock.now();
      const perMs = capacity / windowMs;
      const known = levels.get(key) ?? { tokens: capacity, at: now };
      const tokens = Math.min(capacity, known.tokens + Math.max(0, now - known.at) * perMs);
      const allowed = tokens >= 1;
      levels.set(key, { tokens: allowed ? tokens - 1 : tokens, at: Math.max(now, known.at) });
      return { allowed, retryAfterMs: allowed ? 0 : Math.ceil((1 - tokens) / perMs) };
    },
    giveBack(key, capacity) {
      const known = levels.get(key);
      if (known) levels.set(key, { ...known, tokens: Math.min(capacity, known.tokens + 1) });
    },
  };
}
