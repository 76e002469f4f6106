import { type Clock, systemClock } from '../lib/clock.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { createLocalBuckets, type LocalBuckets } from './local-bucket.ts';

/** Of keys that an isolate remembers, about 200 bytes each. */
const MAX_KEYS = 10_000;
/** A flood of one key costs Redis one command in this time for each isolate, and what changed meanwhile shows soon. */
const REFUSAL_MS = 1_000;

interface Refusal {
  limit: number;
  /** Milliseconds since the epoch. */
  until: number;
}

/** What an isolate remembers of limits between requests: numbers only. */
export interface LimiterMemory {
  buckets: LocalBuckets;
  /** That Redis refused a key a moment ago: it need not be asked again. */
  findRefusal(name: string): { limit: number } | null;
  /** `resetAt`: when the window ends, in milliseconds since the epoch; the refusal is forgotten before that. */
  rememberRefusal(name: string, limit: number, resetAt: number): void;
  forgetRefusal(name: string): void;
}

export function createLimiterMemory(clock: Clock): LimiterMemory {
  const refusals = new BoundedMap<Refusal>(MAX_KEYS);
  return {
    buckets: createLocalBuckets(clock, MAX_KEYS),
    findRefusal(name) {
      const known = refusals.get(name);
      return known && known.until > clock.now() ? known : null;
    },
    rememberRefusal(name, limit, resetAt) {
      refusals.set(name, { limit, until: Math.min(resetAt, clock.now() + REFUSAL_MS) });
    },
    forgetRefusal(name) {
      refusals.delete(name);
    },
  };
}

// Isolate lifetime: holds nothing of a request.
export const isolateLimiterMemory = createLimiterMemory(systemClock);
