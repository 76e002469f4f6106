import { inject } from 'vitest';
import type { FaultMode } from './fault-modes.ts';

export interface FaultyStore {
  /** Variables that send the Worker through the proxy. */
  variables: Record<string, string>;
  /** `latencyMs` is that of `slow`. */
  set(mode: FaultMode, latencyMs?: number): Promise<void>;
  /** The HTTP requests that have come to the proxy since it was opened. */
  calls(): Promise<number>;
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
        : { UPSTASH_REDIS_REST_URL: url, CACHE_TIMEOUT_MS: '150', LIMITER_TIMEOUT_MS: '150' },
    async set(mode, latencyMs) {
      const path = latencyMs === undefined ? mode : `${mode}/${latencyMs}`;
      const { status } = await fetch(`${controlUrl}/${name}/${path}`, { method: 'POST' });
      if (status !== 204) throw new Error(`The fault proxy answers ${status} to ${path}.`);
    },
    async calls() {
      const counted = await fetch(`${controlUrl}/${name}/calls`);
      return (await counted.json<{ calls: number }>()).calls;
    },
  };
}
