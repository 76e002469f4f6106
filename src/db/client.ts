import { neon, neonConfig } from '@neondatabase/serverless';
import type { Config } from '../env.ts';
import type { Caller } from '../resilience/caller.ts';
import { type Database, guardDatabase } from './guard.ts';

export type { Database } from './guard.ts';

export interface Databases {
  /** Reads and writes, bound by the caller's row-level security. */
  primary: Database;
  /** Reads that may be a moment old. */
  replica: Database;
  /** Queues, cron and the outbox. Never used on behalf of a request's caller. */
  service: Database;
}

/** Clients hold no connection: making them costs nothing and they outlive no request. */
export function createDatabases(config: Config, caller: Caller): Databases {
  // The local gateway speaks Neon's protocol at an address of its own; production derives it from the host.
  if (config.NEON_FETCH_ENDPOINT) neonConfig.fetchEndpoint = config.NEON_FETCH_ENDPOINT;
  const connect = (name: string, url: string, on: Caller): Database => {
    const endpoint = `${config.NEON_FETCH_ENDPOINT ?? ''} ${new URL(url).host}`;
    return guardDatabase(name, endpoint, neon(url, { arrayMode: true, fullResults: true }), on);
  };
  // What follows a commit is done also when whoever asked for it has gone.
  const unattended = { ...caller, scope: { ...caller.scope, signal: null } };
  return {
    primary: connect('primary', config.DATABASE_URL, caller),
    replica: connect('replica', config.DATABASE_REPLICA_URL, caller),
    service: connect('service', config.DATABASE_SERVICE_URL, unattended),
  };
}
