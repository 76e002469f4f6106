import type { RequestContext } from '../context.ts';
import type { Loaded } from './cache.ts';
import type { CacheRef } from './namespace.ts';

/**
 * A value of the cache, or read by `load`; null when there is no such thing. What the caches did is said in the reply and
 * in the log. Errors: those of `load`.
 */
export async function readCached<T>(
  ctx: RequestContext,
  ref: CacheRef<T>,
  load: () => Promise<Loaded<T>>,
): Promise<T | null> {
  const { value, report } = await ctx.services.cache.read(ref, load);
  const { tier, outcome, ttlSeconds: ttl } = report;
  const key = ref.namespace.name;
  ctx.cacheStatus = tier
    ? { tier, hit: true, ttl, key }
    : { tier: 'redis', hit: false, fwd: outcome === 'invalid' ? 'stale' : 'miss', key };
  if (report.isStandIn) ctx.isStale = true;
  return value;
}
