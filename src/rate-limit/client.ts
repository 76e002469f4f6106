import { Redis } from '@upstash/redis/cloudflare';
import type { Config } from '../env.ts';

/**
 * The limiter's client for one request, and whether it is to a database of its own. No retries: a limit that costs more
 * time than LIMITER_TIMEOUT_MS is judged without Redis. Answers come as they are, for they are checked.
 */
export function createLimiterRedis(config: Config): { redis: Redis; hasOwnDatabase: boolean } {
  const { LIMITER_REDIS_REST_URL: ownUrl, LIMITER_REDIS_REST_TOKEN: ownToken } = config;
  const hasOwnDatabase = ownUrl !== undefined && ownToken !== undefined;
  const redis = new Redis({
    url: hasOwnDatabase ? ownUrl : config.UPSTASH_REDIS_REST_URL,
    token: hasOwnDatabase ? ownToken : config.UPSTASH_REDIS_REST_TOKEN,
    retry: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    automaticDeserialization: false,
    signal: () => AbortSignal.timeout(config.LIMITER_TIMEOUT_MS),
  });
  return { redis, hasOwnDatabase };
}
