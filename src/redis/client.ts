import { errors, Redis } from '@upstash/redis/cloudflare';
import type { Config } from '../env.ts';
import { callHeaders } from '../resilience/call-scope.ts';
import type { Caller } from '../resilience/caller.ts';
import { guardedCall } from '../resilience/guarded-call.ts';

/**
 * A client for one piece of work, through a breaker. Rejects after the deadline of the settings, at once while the
 * breaker is open, and when whoever asked has gone; the caller then does without. No retries. No auto-pipelining: it
 * holds promises of several requests together, which Workers forbid.
 */
export function createRedis(config: Config, { scope, settings, memory }: Caller): Redis {
  const redis = new Redis({
    url: config.UPSTASH_REDIS_REST_URL,
    token: config.UPSTASH_REDIS_REST_TOKEN,
    retry: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
  });
  const guard = {
    name: 'redis',
    scope,
    breaker: memory.breaker('redis', config.UPSTASH_REDIS_REST_URL, settings.breaker),
    slowMs: settings.slowMs,
    // A command that Redis refuses was answered.
    isFault: (error: unknown) => !(error instanceof errors.UpstashError),
  };
  redis.use(
    async (request, next) =>
      await guardedCall(guard, settings.deadlines.redisMs, async (signal) => {
        const answer = await next({
          ...request,
          headers: { ...request.headers, ...callHeaders(scope) },
          signal,
        });
        // An aborted call resolves with a text of the client's own.
        signal.throwIfAborted();
        return answer;
      }),
  );
  return redis;
}
