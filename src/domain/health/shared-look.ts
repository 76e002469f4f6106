import type { Clock } from '../../lib/clock.ts';
import { withDeadline } from '../../lib/deadline.ts';

/** How much later than it should a look may end before it is taken for lost. */
const LOST_AFTER_MS = 50;

interface SharedLookOptions {
  /** How long what was found is given to whoever asks, in milliseconds. */
  freshMs: number;
  /** How long a look takes at the most. */
  lookMs: number;
  /** Within which everybody has an answer. */
  withinMs: number;
  clock: Clock;
}

export interface SharedLook<T> {
  /**
   * What was found a moment ago; else what is being found; else what `look` finds within the milliseconds that it is
   * given. `keepGoing` lets a look end though its caller leaves, for others wait for it.
   */
  get(look: (lookMs: number) => Promise<T>, keepGoing: (work: Promise<unknown>) => void): Promise<T>;
}

/**
 * One look at a time for all requests of an isolate. A look whose request the runtime has ended all the same never comes
 * back: who waits for it does so until it should have been there, and then looks itself.
 */
export function createSharedLook<T>(options: SharedLookOptions): SharedLook<T> {
  const { freshMs, lookMs, withinMs, clock } = options;
  let found: { value: T; at: number } | null = null;
  let looking: { startedAt: number; result: Promise<T> } | null = null;

  async function begin(look: (lookMs: number) => Promise<T>, ms: number): Promise<T> {
    const mine = { startedAt: clock.now(), result: look(ms) };
    looking = mine;
    try {
      const value = await mine.result;
      found = { value, at: clock.now() };
      return value;
    } finally {
      if (looking === mine) looking = null;
    }
  }

  return {
    async get(look, keepGoing) {
      const endAt = clock.now() + withinMs;
      if (found && clock.now() < found.at + freshMs) return found.value;
      let lost: typeof looking = null;
      for (let other = looking; other !== null && other !== lost; other = looking) {
        const waitUntil = Math.min(other.startedAt + lookMs + LOST_AFTER_MS, endAt);
        try {
          return await withDeadline(other.result, waitUntil - clock.now(), 'the look under way');
        } catch {
          // Whoever notices first looks again, and the others wait for that.
          lost = other;
        }
      }
      const left = Math.max(1, Math.min(lookMs, endAt - clock.now()));
      const work = begin(look, left);
      keepGoing(work);
      return await work;
    },
  };
}
