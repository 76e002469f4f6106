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

/** The variable that names each store. */
const VARIABLES = {
  neon: 'NEON_FETCH_ENDPOINT',
  redis: 'UPSTASH_REDIS_REST_URL',
  primary: 'DATABASE_URL',
  replica: 'DATABASE_REPLICA_URL',
} as const;

/** A proxy of this test file's own before the gateway to Postgres (`neon`), one of its servers, or Redis. */
export async function openFaultyStore(store: keyof typeof VARIABLES): Promise<FaultyStore> {
  const { controlUrl } = inject('stores').faults;
  const response = await fetch(`${controlUrl}/${store}/fork`, { method: 'POST' });
  const { name, url } = await response.json<{ name: string; url: string }>();
  return {
    variables: {
      [VARIABLES[store]]: addressBehind(url, inject('variables')[VARIABLES[store]] ?? ''),
      ...(store === 'redis' && { CACHE_TIMEOUT_MS: '150', LIMITER_TIMEOUT_MS: '150' }),
    },
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

/** The address of the store, on the proxy's host and port. */
function addressBehind(proxy: string, store: string): string {
  const address = new URL(store);
  address.host = new URL(proxy).host;
  return address.href.replace(/\/$/, '');
}
