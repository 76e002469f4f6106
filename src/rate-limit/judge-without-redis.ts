import type { LimiterMemory } from './limiter-memory.ts';
import type { Check, Verdict } from './limiter.ts';
import { askPlatform, type PlatformLimiters } from './platform.ts';
import { countNameOf } from './policies.ts';

/** Who judges without a network call. */
export interface LocalJudges {
  platform: PlatformLimiters;
  memory: LimiterMemory;
}

/**
 * Judges by the platform's limiter, where the policy has one and it answers, else by a stricter bucket of this isolate.
 * Never rejects. `fault`: why Redis did not judge, null where it is not asked.
 */
export async function judgeWithoutRedis(
  { platform, memory }: LocalJudges,
  check: Check,
  fault: unknown,
): Promise<Verdict> {
  const { policy, key } = check;
  const name = countNameOf(policy, key);
  const known = { ...check, limit: policy.limit, name: policy.name, shared: null, fault };
  const counter = policy.platform ? platform[policy.platform] : undefined;
  if (counter) {
    try {
      const allowed = await askPlatform(counter, name);
      const retryAfterSeconds = allowed ? 0 : policy.windowSeconds;
      return { ...known, allowed, retryAfterSeconds, source: 'platform' };
    } catch (error) {
      // The log has to tell both.
      known.fault =
        fault === null ? error : new AggregateError([fault, error], `${String(fault)}; ${String(error)}`);
    }
  }
  const { allowed, retryAfterMs } = memory.buckets.take(name, policy.localLimit, policy.windowSeconds * 1000);
  return { ...known, allowed, retryAfterSeconds: Math.ceil(retryAfterMs / 1000), source: 'isolate' };
}
