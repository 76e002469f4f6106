import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis/cloudflare';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { CommandBatch } from '../redis/command-batch.ts';
import type { RedisDatabase } from '../redis/redis-database.ts';
import { judgeWithoutRedis, type LocalJudges } from './judge-without-redis.ts';
import { countNameOf, type Policy } from './policies.ts';
import { createScriptClient } from './script-client.ts';

/** The limit of a key stands in Redis this long after it was last told: many times as long as what it was read from. */
const KEY_LIMIT_SECONDS = 24 * 60 * 60;

export interface Check {
  policy: Policy;
  /** Who or what is counted. */
  key: string;
}

export interface Verdict extends Check {
  allowed: boolean;
  /** The limit that was applied, and how the headers name it. */
  limit: number;
  name: string;
  /** When to try again; 0 when it is allowed. */
  retryAfterSeconds: number;
  /** Who judged. `off`: nobody, for the limits are switched off. */
  source: 'redis' | 'platform' | 'isolate' | 'off';
  /** What all isolates together know; null when Redis did not judge. */
  shared: { remaining: number; resetSeconds: number } | null;
  /** Why whoever is to judge first did not; null when they did. */
  fault: unknown;
}

export interface Limiter {
  /**
   * Puts the checks into a round trip that the caller sends; the commands wait in `batch` once this has returned. The
   * verdicts settle after that, and never reject.
   */
  enqueue(batch: CommandBatch, checks: Check[]): Promise<Verdict[]>;
  /** As `enqueue`, in a round trip of its own. */
  take(checks: Check[]): Promise<Verdict[]>;
  /** Takes an attempt that was counted out of the count again, where it was counted. Rejects when Redis does not answer. */
  giveBack(verdict: Verdict): Promise<void>;
  /** Tells Redis the limit of one key, for policies whose keys have their own. Rejects when Redis does not answer. */
  setKeyLimit(policy: Policy, key: string, limit: number): Promise<void>;
}

export interface LimiterOptions extends LocalJudges {
  redis: RedisDatabase;
  /** The limits are in a database of their own: what is enqueued goes there at once, beside the caller's trip. */
  hasOwnDatabase: boolean;
  enabled: boolean;
  /** Before every key. */
  prefix: string;
  /** How long the verdicts of a trip of their own are waited for. */
  timeoutMs: number;
  clock: Clock;
}

/**
 * Limits over Redis, shared by all isolates, by @upstash/ratelimit's sliding window. Fails open, to the platform's
 * limiter and then to a stricter bucket of this isolate.
 */
export function createLimiter(options: LimiterOptions): Limiter {
  const { redis, clock, memory, prefix, timeoutMs } = options;
  const countKeyOf = ({ policy, key }: Check) => `${prefix}:${countNameOf(policy, key)}`;
  const limitKeyOf = (policy: Policy, key: string) =>
    policy.nameOf ? `${prefix}:limit-of:${countNameOf(policy, key)}` : null;

  /** What the library's window needs of one check. */
  function contextOf({ policy, key }: Check, batch: CommandBatch) {
    const limitKey = limitKeyOf(policy, key);
    const client = createScriptClient({
      redis,
      batch,
      limitKey,
      accepts: (limit) => headerNameOf(policy, limit) !== null,
    });
    return {
      // The guarantee behind the type: a window runs scripts, as the library's own object around it asks for.
      redis: client as Redis,
      prefix: `${prefix}:${policy.name}`,
      dynamicLimits: limitKey !== null,
    };
  }

  async function ask(batch: CommandBatch, check: Check): Promise<Verdict> {
    const { policy, key } = check;
    const now = clock.now();
    const windowMs = policy.windowSeconds * 1000;
    const resetAt = (Math.floor(now / windowMs) + 1) * windowMs;
    const refused = memory.findRefusal(countNameOf(policy, key));
    if (refused)
      return toVerdict(check, { limit: refused.limit, remaining: 0, allowed: false, resetAt, now });
    const window = windowOf(policy);
    const {
      success: allowed,
      remaining,
      limit,
    } = await window.limit(contextOf(check, batch), countKeyOf(check));
    if (!allowed) memory.rememberRefusal(countNameOf(policy, key), limit, resetAt);
    return toVerdict(check, { limit, remaining, allowed, resetAt, now });
  }

  /** Sends what waits itself unless it is in the `trip` of somebody else. */
  async function judge(checks: Check[], trip: CommandBatch | null): Promise<Verdict[]> {
    if (!options.enabled) return checks.map(allowUncounted);
    const batch = trip ?? redis.open();
    // Everything up to the command in the batch happens before the first await.
    const asked = Promise.allSettled(checks.map((check) => ask(batch, check)));
    // A trip of somebody else has a deadline already.
    const answers = trip
      ? await asked
      : await withDeadline(
          batch.send().then(() => asked),
          timeoutMs,
          'Redis',
        ).catch((reason: unknown) => checks.map(() => ({ status: 'rejected' as const, reason })));
    return await Promise.all(
      checks.map(async (check, index) => {
        const answer = answers[index];
        if (answer?.status === 'fulfilled') return answer.value;
        return await judgeWithoutRedis(options, check, answer?.reason);
      }),
    );
  }

  return {
    enqueue: (batch, checks) => judge(checks, options.hasOwnDatabase ? null : batch),
    take: (checks) => judge(checks, null),
    async giveBack(verdict) {
      const { policy, key, allowed, source } = verdict;
      // A refused attempt was not counted, and neither is one that the platform counted: it cannot forget.
      if (!allowed || source === 'platform' || source === 'off') return;
      if (source === 'isolate') {
        memory.buckets.giveBack(countNameOf(policy, key), policy.localLimit);
        return;
      }
      memory.forgetRefusal(countNameOf(policy, key));
      const batch = redis.open();
      const check = { policy, key };
      const given = windowOf(policy).limit(contextOf(check, batch), countKeyOf(check), -1);
      await Promise.all([batch.send(), given]);
    },
    async setKeyLimit(policy, key, limit) {
      const limitKey = limitKeyOf(policy, key);
      if (limitKey === null || !options.enabled) return;
      const batch = redis.open();
      const told = batch.add((list) => list.set(limitKey, limit, { ex: KEY_LIMIT_SECONDS }));
      await Promise.all([batch.send(), told]);
      memory.forgetRefusal(countNameOf(policy, key));
    },
  };
}

type Window = ReturnType<ReturnType<typeof Ratelimit.slidingWindow>>;

// Isolate lifetime: there are a few policies, and a window holds nothing of a request.
const windows = new WeakMap<Policy, Window>();

/**
 * The library's sliding window of a policy, without the object around it, which is dearer to make than a request: of what
 * that adds (analytics, a list of the denied, a time-out that allows, a memory of blocks that forgets whose limit it was)
 * nothing is wanted here.
 */
function windowOf(policy: Policy): Window {
  const window = windows.get(policy) ?? Ratelimit.slidingWindow(policy.limit, `${policy.windowSeconds} s`)();
  windows.set(policy, window);
  return window;
}

/** How the headers name a limit of a policy, or null when the policy cannot have it. */
function headerNameOf(policy: Policy, limit: number): string | null {
  if (policy.nameOf) return policy.nameOf(limit);
  return limit === policy.limit ? policy.name : null;
}

interface Judged {
  limit: number;
  remaining: number;
  allowed: boolean;
  /** Milliseconds since the epoch. */
  resetAt: number;
  now: number;
}

function toVerdict(check: Check, { limit, remaining, allowed, resetAt, now }: Judged): Verdict {
  const resetSeconds = Math.max(1, Math.ceil((resetAt - now) / 1000));
  return {
    ...check,
    allowed,
    limit,
    name: headerNameOf(check.policy, limit) ?? check.policy.name,
    retryAfterSeconds: allowed ? 0 : resetSeconds,
    source: 'redis',
    shared: { remaining, resetSeconds },
    fault: null,
  };
}

function allowUncounted(check: Check): Verdict {
  const { limit, name } = check.policy;
  return {
    ...check,
    allowed: true,
    limit,
    name,
    retryAfterSeconds: 0,
    source: 'off',
    shared: null,
    fault: null,
  };
}
