import { Redis } from '@upstash/redis/cloudflare';
import type { Config } from '../env.ts';

/** A cache that answers later than this is slower than the database it stands before. */
export const REDIS_DEADLINE_MS = 150;

/**
 * A client for one request. No retries: the caller falls back to the database. No auto-pipelining: it holds
 * promises of several requests together, which Workers forbid.
 */
export function createRedis(config: Config): Redis {
  return new Redis({
    url: config.UPSTASH_REDIS_REST_URL,
    token: config.UPSTASH_REDIS_REST_TOKEN,
    retry: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    signal: () => AbortSignal.timeout(REDIS_DEADLINE_MS),
  });
}
