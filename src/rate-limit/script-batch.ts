import type { Redis } from '@upstash/redis/cloudflare';
import * as z from 'zod';

/** What @upstash/ratelimit needs of a Redis client; `eval` for a script that Redis does not know yet. */
export type ScriptClient = Pick<Redis, 'evalsha' | 'eval' | 'get' | 'set'>;

export interface ScriptBatch {
  /** A client for one limiter, whose scripts wait for `send`. Rejects an answer that is not of a limit of `limit`. */
  clientFor(limit: number): ScriptClient;
  /** Sends what waits in one pipeline. Never rejects: each script's caller gets its own answer or error. */
  send(): Promise<void>;
}

interface Waiting {
  hash: string;
  keys: string[];
  args: unknown[];
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Puts the scripts of several limiters into one round trip, and checks what comes back before a limiter sees it: to
 * @upstash/ratelimit everything that is no number means "denied", and it would remember that.
 */
export function openScriptBatch(redis: Redis): ScriptBatch {
  const waiting: Waiting[] = [];
  return {
    clientFor(limit) {
      const answer = z.tuple([z.int(), z.literal(limit)]);
      return {
        get: redis.get,
        set: redis.set,
        async evalsha<TArgs extends unknown[], TData>(hash: string, keys: string[], args: TArgs) {
          const { promise, resolve, reject } = Promise.withResolvers<unknown>();
          waiting.push({ hash, keys, args, resolve, reject });
          return asScriptResult<TData>(answer.parse(await promise));
        },
        async eval<TArgs extends unknown[], TData>(script: string, keys: string[], args: TArgs) {
          return asScriptResult<TData>(answer.parse(await redis.eval(script, keys, args)));
        },
      };
    },
    async send() {
      const sent = waiting.splice(0);
      if (sent.length === 0) return;
      try {
        const pipeline = redis.pipeline();
        for (const { hash, keys, args } of sent) pipeline.evalsha(hash, keys, args);
        // An aborted call resolves with a text of the client's own, and a broken gateway may leave answers out.
        const answers: unknown[] = await pipeline.exec({ keepErrors: true });
        for (const [index, { resolve, reject }] of sent.entries()) {
          const one = answerOf.safeParse(answers[index]);
          if (!one.success) reject(new Error('Redis did not answer every command of the pipeline'));
          else if (one.data.error) reject(new Error(one.data.error));
          else resolve(one.data.result);
        }
      } catch (error) {
        for (const { reject } of sent) reject(error);
      }
    },
  };
}

const answerOf = z.object({ result: z.unknown(), error: z.string().nullish() });

/** The type is the caller's claim about its script; both scripts in use answer with the two integers checked above. */
function asScriptResult<TData>(answer: [number, number]): TData {
  return answer as TData;
}
