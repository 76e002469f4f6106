import { systemClock } from '../../src/lib/clock.ts';
import type { Caller } from '../../src/resilience/caller.ts';
import { createRedisDatabase, type RedisDatabase } from '../../src/redis/redis-database.ts';
import { newCaller } from './caller.ts';

interface Options {
  timeoutMs?: number;
  /** Whose breakers it is called through; default: of nobody else. */
  caller?: Caller;
  /** Gets what goes on beside the calls. */
  background?: (work: Promise<unknown>) => void;
}

/** Redis behind gateways, for one isolate of a test. By default it is given so long that a busy machine does not count. */
export function openRedis(urls: string[], token: string, options: Options = {}): RedisDatabase {
  const { timeoutMs = 20_000, caller = newCaller(), background = () => undefined } = options;
  return createRedisDatabase({
    endpoints: urls.map((url) => ({ url, token })),
    timeoutMs,
    caller,
    clock: systemClock,
    background: (_name, work) => background(work),
  });
}
