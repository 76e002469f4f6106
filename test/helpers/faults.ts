import { inject } from 'vitest';
import type { FaultMode } from './fault-modes.ts';

/** What breaks a store, and counts who asks it. */
export interface Fault {
  /** `latencyMs` is that of `slow`. */
  set(mode: FaultMode, latencyMs?: number): Promise<void>;
  /** The HTTP requests that have come to the proxy since it was opened. */
  calls(): Promise<number>;
}

export interface FaultyStore extends Fault {
  /** Variables that send the Worker through the proxy. */
  variables: Record<string, string>;
}

export interface FaultyDatabases {
  /** Variables that send the Worker through the proxies. */
  variables: Record<string, string>;
  primary: Fault;
  replica: Fault;
}

async function tell(path: string): Promise<Response> {
  return await fetch(`${inject('stores').faults.controlUrl}/${path}`, { method: 'POST' });
}

function faultOf(name: string): Fault {
  return {
    async set(mode, latencyMs) {
      const path = latencyMs === undefined ? mode : `${mode}/${latencyMs}`;
      const { status } = await tell(`${name}/${path}`);
      if (status !== 204) throw new Error(`The fault proxy answers ${status} to ${path}.`);
    },
    async calls() {
      return (await (await tell(`${name}/calls`)).json<{ calls: number }>()).calls;
    },
  };
}

/** The variable that names each store. */
const VARIABLES = {
  neon: 'NEON_FETCH_ENDPOINT',
  redis: 'UPSTASH_REDIS_REST_URL',
  secondRedis: 'UPSTASH_REDIS_SECOND_REST_URL',
  names: 'DOH_URL',
  primary: 'DATABASE_URL',
  replica: 'DATABASE_REPLICA_URL',
} as const;

/**
 * A proxy of this test file's own before the gateway to Postgres (`neon`), one of its servers, Redis, a second Redis that
 * is not told of otherwise, or the name service.
 */
export async function openFaultyStore(store: keyof typeof VARIABLES): Promise<FaultyStore> {
  const { name, url } = await (await tell(`${store}/fork`)).json<{ name: string; url: string }>();
  const variables = {
    [VARIABLES[store]]: addressBehind(url, inject('variables')[VARIABLES[store]] ?? url),
    ...(store === 'redis' && { CACHE_TIMEOUT_MS: '150', LIMITER_TIMEOUT_MS: '150' }),
    ...(store === 'secondRedis' && {
      UPSTASH_REDIS_SECOND_REST_TOKEN: inject('variables')['UPSTASH_REDIS_REST_TOKEN'] ?? '',
    }),
  };
  return { variables, ...faultOf(name) };
}

/** The address of the store, on the proxy's host and port. */
function addressBehind(proxy: string, store: string): string {
  const address = new URL(store);
  address.host = new URL(proxy).host;
  return address.href.replace(/\/$/, '');
}

/** Two proxies of this test file's own: one before the primary, one before the replica. */
export async function openFaultyDatabases(): Promise<FaultyDatabases> {
  const replicaUrl = new URL(inject('variables')['DATABASE_REPLICA_URL'] ?? '');
  const opened = await tell(`neon/split/${replicaUrl.port}`);
  const { url, primary, replica } = await opened.json<{ url: string; primary: string; replica: string }>();
  // What the isolate remembers of a replica it remembers by its address.
  replicaUrl.searchParams.set('application_name', replica);
  return {
    variables: { NEON_FETCH_ENDPOINT: `${url}/sql`, DATABASE_REPLICA_URL: replicaUrl.href },
    primary: faultOf(primary),
    replica: faultOf(replica),
  };
}
