import { inject } from 'vitest';
import type { FaultMode } from './fault-proxy.ts';

export interface FaultyStore {
  /** Variables that send the Worker through the proxy. */
  variables: Record<string, string>;
  set(mode: FaultMode): Promise<void>;
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
    variables: { [VARIABLES[store]]: addressBehind(url, inject('variables')[VARIABLES[store]] ?? '') },
    async set(mode) {
      await fetch(`${controlUrl}/${name}/${mode}`, { method: 'POST' });
    },
  };
}

/** The address of the store, on the proxy's host and port. */
function addressBehind(proxy: string, store: string): string {
  const address = new URL(store);
  address.host = new URL(proxy).host;
  return address.href.replace(/\/$/, '');
}
