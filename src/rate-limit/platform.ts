import { withDeadline } from '../lib/deadline.ts';

/**
 * The rate-limit bindings of wrangler.toml, which has their figures: they count in one data centre and cost no network
 * call (https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/).
 */
export const PLATFORM_LIMITERS = ['LIMIT_STRANGERS', 'LIMIT_ACCOUNTS', 'LIMIT_VISITORS'] as const;
export type PlatformLimiterName = (typeof PLATFORM_LIMITERS)[number];
export type PlatformLimiters = Partial<Record<PlatformLimiterName, RateLimit>>;

const PLATFORM_DEADLINE_MS = 50;

/** Whether the platform's limiter lets `key` pass; counts it. Rejects when it does not answer. */
export async function askPlatform(limiter: RateLimit, key: string): Promise<boolean> {
  const { success } = await withDeadline(limiter.limit({ key }), PLATFORM_DEADLINE_MS, 'the platform');
  return success;
}
