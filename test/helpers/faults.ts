import { inject } from 'vitest';
import type { FaultMode } from './fault-proxy.ts';

export interface FaultyStore {
  /** Variables that send the Worker through the proxy. */
  variables: Record<string, string>;
  set(mode: FaultMode): Promise<void>;
}

/** A proxy of this test file's own before Postgres (`neon`) or Redis. */
export async function openFaultyStore(store: 'neon' | 'redis'): Promise<FaultyStore> {
  const { controlUrl } = inject('stores').faults;
  const response = await fetch(`${controlUrl}/${store}/fork`, { method: 'POST' });
  const { name, url } = await response.json<{ name: string; url: string }>();
  return {
    variables:
      store === 'neon'
        ? { NEON_FETCH_ENDPOINT: `${url}/sql` }
        : { UPSTASH_REDIS_REST_URL: url, LIMITER_TIMEOUT_MS: '150' },
    async set(mode) {
      await fetch(`${controlUrl}/${name}/${mode}`, { method: 'POST' });
    },
  };
}
