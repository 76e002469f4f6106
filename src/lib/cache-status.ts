/** What one cache did for a request; `fwd` says why it had to ask further, in the words of RFC 9211. */
export interface CacheStatus {
  tier: 'isolate' | 'redis' | 'edge';
  hit: boolean;
  fwd?: 'miss' | 'stale' | 'bypass' | undefined;
  /** Seconds that the answer stays fresh; below 0 for one that is served stale. */
  ttl?: number | undefined;
  /** Names the entry, for whoever operates the cache. */
  key?: string | undefined;
}

/** A value of the Cache-Status header (RFC 9211), for example `darkroom-isolate; hit; ttl=3`. */
export function formatCacheStatus({ tier, hit, fwd, ttl, key }: CacheStatus): string {
  return [
    `darkroom-${tier}`,
    hit ? 'hit' : `fwd=${fwd ?? 'miss'}`,
    ...(ttl === undefined ? [] : [`ttl=${Math.trunc(ttl)}`]),
    ...(key === undefined ? [] : [`key="${key.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`]),
  ].join('; ');
}
