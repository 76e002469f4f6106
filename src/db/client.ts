import { neon, neonConfig, type NeonQueryFunction } from '@neondatabase/serverless';
import type { Config } from '../env.ts';

/** One Postgres reached over HTTP as one role. Rows come back as arrays, in the order of the columns. */
export type Database = NeonQueryFunction<true, true>;

export interface Databases {
  /** Reads and writes, bound by the caller's row-level security. */
  primary: Database;
  /** Reads that may be a moment old. */
  replica: Database;
  /** Queues, cron and the outbox. Never used on behalf of a request's caller. */
  service: Database;
}

/** Clients hold no connection: making them costs nothing and they outlive no request. */
export function createDatabases(config: Config): Databases {
  // The local gateway speaks Neon's protocol at an address of its own; production derives it from the host.
  if (config.NEON_FETCH_ENDPOINT) neonConfig.fetchEndpoint = config.NEON_FETCH_ENDPOINT;
  const connect = (url: string): Database => neon(url, { arrayMode: true, fullResults: true });
  return {
    primary: connect(config.DATABASE_URL),
    replica: connect(config.DATABASE_REPLICA_URL),
    service: connect(config.DATABASE_SERVICE_URL),
  };
}
