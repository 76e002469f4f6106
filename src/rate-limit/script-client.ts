import type { Redis } from '@upstash/redis/cloudflare';
import type { CommandBatch } from '../redis/command-batch.ts';
import type { RedisDatabase } from '../redis/redis-database.ts';

/** What @upstash/ratelimit needs of a Redis client; `eval` for a script that Redis does not know yet. */
export type ScriptClient = Pick<Redis, 'evalsha' | 'eval'>;

interface ScriptClientOptions {
  redis: RedisDatabase;
  batch: CommandBatch;
  /** Where Redis keeps a limit for the key that is judged, as a plain number. */
  limitKey: string | null;
  /** Whether an answer about `limit` can be one about this policy. */
  accepts(limit: number): boolean;
}

/**
 * What both scripts in use answer: what is left (negative: nothing) and the limit that was applied; checked by hand, for
 * every request comes here.
 */
function parseAnswer(answer: unknown): [left: number, limit: number] {
  if (Array.isArray(answer) && answer.length === 2 && answer.every(Number.isSafeInteger))
    return answer as [number, number];
  throw new Error('Redis did not answer with two integers');
}

/** The place in KEYS where both scripts look for a limit that stands in Redis. */
const LIMIT_KEY_INDEX = 2;

/**
 * A client for one limiter, whose scripts wait in `batch`. It checks what comes back before the limiter sees it: to
 * @upstash/ratelimit everything that is no number means "denied". Costs a second round trip when Redis does not know
 * the script, which it then knows for good.
 *
 * With `limitKey` the scripts read the key's own limit there: the library offers them only one for all keys.
 */
export function createScriptClient({ redis, batch, limitKey, accepts }: ScriptClientOptions): ScriptClient {
  const check = (value: unknown): [number, number] => {
    const [left, limit] = parseAnswer(value);
    if (!accepts(limit)) throw new Error('Redis answered about a limit that is none of this policy');
    return [left, limit];
  };
  const withLimitKey = (keys: string[]) => (limitKey === null ? keys : keys.with(LIMIT_KEY_INDEX, limitKey));
  return {
    async evalsha<TArgs extends unknown[], TData>(hash: string, keys: string[], args: TArgs) {
      return asScriptResult<TData>(
        check(await batch.add((list) => list.evalsha(hash, withLimitKey(keys), args))),
      );
    },
    async eval<TArgs extends unknown[], TData>(script: string, keys: string[], args: TArgs) {
      const again = redis.open();
      const [answered] = await Promise.all([
        again.add((list) => list.eval(script, withLimitKey(keys), args)),
        again.send(),
      ]);
      return asScriptResult<TData>(check(answered));
    },
  };
}

/** The type is the caller's claim about its script; both scripts in use answer with the two integers checked above. */
function asScriptResult<TData>(checked: [number, number]): TData {
  return checked as TData;
}
