import { type Clock, systemClock } from '../lib/clock.ts';
import { BoundedMap } from '../lib/bounded-map.ts';

/** Of accounts that an isolate counts for while it is alone. */
const MAX_KEYS = 10_000;

export interface LocalPlaces {
  /** What gives the place back, or null when all `most` of `key` are taken. It is free again after `lifeMs` in any case. */
  take(key: string, most: number, lifeMs: number): (() => void) | null;
}

/** The places of one isolate. */
export function createLocalPlaces(clock: Clock): LocalPlaces {
  const places = new BoundedMap<Set<{ until: number }>>(MAX_KEYS);
  return {
    take(key, most, lifeMs) {
      const now = clock.now();
      const taken = new Set([...(places.get(key) ?? [])].filter(({ until }) => until > now));
      if (taken.size >= most) return null;
      const place = { until: now + lifeMs };
      places.set(key, taken.add(place));
      return () => {
        // A later taker may have put another set in the place of this one.
        places.get(key)?.delete(place);
      };
    },
  };
}

// Isolate lifetime: holds nothing of a request.
export const isolatePlaces = createLocalPlaces(systemClock);
