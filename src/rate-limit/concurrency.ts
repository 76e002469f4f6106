import * as z from 'zod';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { RedisDatabase } from '../redis/redis-database.ts';
import { addScript, defineScript } from '../redis/script.ts';
import type { LocalPlaces } from './local-places.ts';
import { once } from '../lib/once.ts';

/** A place whose holder has not been heard of for so long is free again: its isolate may be gone. */
export const PLACE_MS = 120_000;

/** What an account may have only so much of at once. */
export type WorkKind = 'export' | 'upload';

/** A place among the few that an account has. */
export interface Place {
  /** Keeps it for another PLACE_MS. Rejects when Redis does not answer: then it expires as if its holder were gone. */
  renew(): Promise<void>;
  /** Gives it back; more than once is harmless. Rejects when Redis does not answer: then it expires. */
  release(): Promise<void>;
}

export interface Concurrency {
  /**
   * A place for `accountId`, or null when all `most` are taken. Shared by all isolates; while Redis does not answer,
   * each isolate counts for itself. Never rejects.
   */
  take(kind: WorkKind, accountId: string, most: number): Promise<Place | null>;
}

export interface ConcurrencyOptions {
  redis: RedisDatabase;
  enabled: boolean;
  prefix: string;
  /** How long Redis is waited for. */
  timeoutMs: number;
  clock: Clock;
  /** What this isolate counts by itself. */
  local: LocalPlaces;
  sleep(ms: number): Promise<void>;
}

/** Giving back is tried so often, with a longer pause each time: a place that stays taken keeps its account waiting. */
const RELEASE_TRIES = 3;
const RELEASE_PAUSE_MS = 1_000;

/**
 * KEYS: the places of an account, by when they expire. ARGV: now; how long a place lasts; when this one expires; how many
 * there are; the id of this one. Takes it, or takes it anew for its holder, and answers 1, else 0. 5 Redis commands.
 */
const TAKE = defineScript(`
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
  if not redis.call('ZSCORE', KEYS[1], ARGV[5]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then
    return 0
  end
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[5])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1
`);
const answer = once(() => z.literal([0, 1]));

/** How many exports or uploads an account may have under way, over all isolates. Fails open. */
export function createConcurrency(options: ConcurrencyOptions): Concurrency {
  const { redis, clock, prefix, timeoutMs, local } = options;

  async function takeShared(key: string, most: number, id: string): Promise<boolean> {
    const now = clock.now();
    const batch = redis.open();
    const args = [now, PLACE_MS, now + PLACE_MS, most, id];
    const asked = addScript(batch, () => redis.open(), TAKE, [key], args);
    const sent = batch.send().then(async () => await asked);
    return answer().parse(await withDeadline(sent, timeoutMs, 'Redis')) === 1;
  }

  async function releaseShared(key: string, id: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const batch = redis.open();
        const gone = batch.add((list) => list.zrem(key, id));
        await Promise.all([batch.send(), withDeadline(gone, timeoutMs, 'Redis')]);
        return;
      } catch (error) {
        if (tries === RELEASE_TRIES) throw error;
        await options.sleep(tries * RELEASE_PAUSE_MS);
      }
    }
  }

  return {
    async take(kind, accountId, most) {
      if (!options.enabled) return { renew: async () => {}, release: async () => {} };
      const key = `${prefix}:places:${kind}:${accountId}`;
      const id = crypto.randomUUID();
      try {
        if (!(await takeShared(key, most, id))) return null;
      } catch {
        // The limits have told the log what is wrong with Redis.
        const release = local.take(key, most, PLACE_MS);
        if (!release) return null;
        return {
          renew: async () => {},
          async release() {
            release();
            // It may have been counted there, and only the answer was late.
            await releaseShared(key, id);
          },
        };
      }
      return {
        async renew() {
          await takeShared(key, most, id);
        },
        release: async () => await releaseShared(key, id),
      };
    },
  };
}
