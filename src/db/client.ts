import { neon, neonConfig, type NeonQueryFunction } from '@neondatabase/serverless';
import type { Config } from '../env.ts';
import type { Clock } from '../lib/clock.ts';
import { type ReplicaGuard, replicaGuardOf } from './replica-guard.ts';

/** One Postgres reached over HTTP as one role. Rows come back as arrays, in the order of the columns. */
export type Database = NeonQueryFunction<true, true>;

/**
 * A replica whose newest commit is older than this serves nobody. Above the minute between two beats, which are the only
 * news while nobody writes.
 */
export const MAX_REPLICA_AGE_MS = 90_000;

/** A read that takes the replica longer is asked of the primary as well: a sleeping replica needs that long to wake. */
const HEDGE_AFTER_MS = 150;

export interface Replica {
  database: Database;
  guard: ReplicaGuard;
  maxAgeMs: number;
  hedgeAfterMs: number;
}

export interface Databases {
  /** Reads and writes, bound by the caller's row-level security. */
  primary: Database;
  /** Reads that may be a moment old; null where there is none. */
  replica: Replica | null;
  /** Queues, cron and the outbox. Never used on behalf of a request's caller. */
  service: Database;
}

type DatabaseConfig = Pick<
  Config,
  'DATABASE_URL' | 'DATABASE_REPLICA_URL' | 'DATABASE_SERVICE_URL' | 'NEON_FETCH_ENDPOINT'
>;

/** Clients hold no connection: making them costs nothing and they outlive no request. */
export function createDatabases(config: DatabaseConfig, clock: Clock): Databases {
  // The local gateway speaks Neon's protocol at an address of its own; production derives it from the host.
  if (config.NEON_FETCH_ENDPOINT) neonConfig.fetchEndpoint = config.NEON_FETCH_ENDPOINT;
  const connect = (url: string): Database => neon(url, { arrayMode: true, fullResults: true });
  const { DATABASE_URL, DATABASE_REPLICA_URL: replicaUrl } = config;
  return {
    primary: connect(DATABASE_URL),
    // The primary is no replica of itself: to ask it twice would gain nothing.
    replica:
      replicaUrl === undefined || replicaUrl === DATABASE_URL
        ? null
        : {
            database: connect(replicaUrl),
            guard: replicaGuardOf(replicaUrl, clock),
            maxAgeMs: MAX_REPLICA_AGE_MS,
            hedgeAfterMs: HEDGE_AFTER_MS,
          },
    service: connect(config.DATABASE_SERVICE_URL),
  };
}
