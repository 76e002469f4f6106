import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis/cloudflare';
import { type Clock, systemClock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { BoundedMap } from './bounded-map.ts';
import { createLocalBuckets, type LocalBuckets } from './local-bucket.ts';
import type { Policy } from './policies.ts';
import { openScriptBatch, type ScriptBatch } from './script-batch.ts';

/** An attempt waits no longer for its verdict; then the isolate judges alone. */
const LIMITER_DEADLINE_MS = 150;
/** Of keys that an isolate remembers, about 200 bytes each. */
const MAX_KEYS = 10_000;

export interface Attempt {
  policy: Policy;
  /** Who or what is counted. */
  key: string;
}

export interface Verdict extends Attempt {
  allowed: boolean;
  /** When to try again; 0 when it is allowed. */
  retryAfterSeconds: number;
  /** What all isolates together know; null when this one judged alone. */
  shared: { remaining: number; resetSeconds: number } | null;
  /** Why it judged alone. */
  fault: unknown;
}

export interface Limiter {
  /** Counts the attempts and judges each. One round trip to Redis, bounded by LIMITER_DEADLINE_MS. Never rejects. */
  take(attempts: Attempt[]): Promise<Verdict[]>;
  /** Takes an attempt that was counted out of the count again, where it was counted. Rejects when Redis does not answer. */
  giveBack(verdict: Verdict): Promise<void>;
}

/** What an isolate remembers between requests. */
export interface LimiterMemory {
  /** Until when a key is refused, in milliseconds since the epoch: those need not ask Redis. */
  blocked: Map<string, number>;
  buckets: LocalBuckets;
}

export function createLimiterMemory(clock: Clock): LimiterMemory {
  return { blocked: new BoundedMap(MAX_KEYS), buckets: createLocalBuckets(clock, MAX_KEYS) };
}

// Isolate lifetime: holds numbers only, nothing of a request.
const isolateMemory = createLimiterMemory(systemClock);

/**
 * Limits over Redis, shared by all isolates; fails open to stricter buckets of this isolate. `redis` must not retry:
 * its own deadline is the limiter's, too.
 */
export function createLimiter(redis: Redis, clock: Clock, memory: LimiterMemory = isolateMemory): Limiter {
  function limiterOf(policy: Policy, batch: ScriptBatch): Ratelimit {
    return new Ratelimit({
      redis: batch.clientFor(policy.limit),
      limiter: Ratelimit.slidingWindow(policy.limit, `${policy.windowSeconds} s`),
      prefix: `darkroom:limit:${policy.name}`,
      ephemeralCache: memory.blocked,
      analytics: false,
      enableProtection: false,
      enableTelemetry: false,
      // Its own would allow the attempt, with headers that are wrong.
      timeout: 0,
    });
  }

  function judgeAlone({ policy, key }: Attempt, fault: unknown): Verdict {
    const bucket = `${policy.name}:${key}`;
    const { allowed, retryAfterMs } = memory.buckets.take(
      bucket,
      policy.localLimit,
      policy.windowSeconds * 1000,
    );
    return {
      policy,
      key,
      allowed,
      retryAfterSeconds: Math.ceil(retryAfterMs / 1000),
      shared: null,
      fault,
    };
  }

  return {
    async take(attempts) {
      const batch = openScriptBatch(redis);
      const asked = Promise.allSettled(
        attempts.map(({ policy, key }) => limiterOf(policy, batch).limit(key)),
      );
      const answers = await withDeadline(
        batch.send().then(() => asked),
        LIMITER_DEADLINE_MS,
        'Redis',
      ).catch((reason: unknown) => attempts.map(() => ({ status: 'rejected' as const, reason })));
      return attempts.map((attempt, index) => {
        const answer = answers[index];
        if (answer?.status !== 'fulfilled') return judgeAlone(attempt, answer?.reason);
        const { success: allowed, remaining, reset } = answer.value;
        const resetSeconds = Math.max(1, Math.ceil((reset - clock.now()) / 1000));
        const retryAfterSeconds = allowed ? 0 : resetSeconds;
        return { ...attempt, allowed, retryAfterSeconds, shared: { remaining, resetSeconds }, fault: null };
      });
    },
    async giveBack({ policy, key, allowed, shared }) {
      // A refused attempt was not counted.
      if (!allowed) return;
      if (!shared) {
        memory.buckets.giveBack(`${policy.name}:${key}`, policy.localLimit);
        return;
      }
      const batch = openScriptBatch(redis);
      const given = limiterOf(policy, batch).limit(key, { rate: -1 });
      await Promise.all([batch.send(), given]);
    },
  };
}
