import type { Config } from '../env.ts';
import type { Clock } from '../lib/clock.ts';
import type { Settings } from '../settings/index.ts';
import type { Caller } from '../resilience/caller.ts';
import type { RetryBudget } from '../resilience/retry.ts';
import { type Database, guardDatabase } from './guard.ts';
import { type ReplicaGuard, replicaGuardOf } from './replica-guard.ts';

export type { Database } from './guard.ts';

/** Between two beats of cron, which are the only news of a replica while nobody writes. */
const BEAT_MS = 60_000;

/** A replica whose newest commit is older than this serves nobody. */
export function maxReplicaAgeMs({ maxReplicaLagMs }: Settings): number {
  return BEAT_MS + maxReplicaLagMs;
}

export interface Replica {
  database: Database;
  guard: ReplicaGuard;
  maxAgeMs: number;
  /** A read that takes the replica longer is asked of the primary as well. */
  hedgeAfterMs: number;
  /** How many reads may be asked twice. */
  hedges: RetryBudget;
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
export function createDatabases(config: DatabaseConfig, clock: Clock, caller: Caller): Databases {
  const connect = (name: string, url: string, on: Caller): Database => {
    const { NEON_FETCH_ENDPOINT: fetchEndpoint } = config;
    // Its code takes as long to run as a request does, and what is cached is answered without it.
    const open = async () => (await import('./neon.ts')).createQueries(url, fetchEndpoint);
    return guardDatabase(name, `${fetchEndpoint ?? ''} ${new URL(url).host}`, open, on);
  };
  // What follows a commit is done also when whoever asked for it has gone.
  const unattended = { ...caller, scope: { ...caller.scope, signal: null } };
  const { DATABASE_URL, DATABASE_REPLICA_URL: replicaUrl } = config;
  return {
    primary: connect('primary', DATABASE_URL, caller),
    // The primary is no replica of itself: to ask it twice would gain nothing.
    replica:
      replicaUrl === undefined || replicaUrl === DATABASE_URL
        ? null
        : {
            database: connect('replica', replicaUrl, caller),
            guard: replicaGuardOf(replicaUrl, clock),
            maxAgeMs: maxReplicaAgeMs(caller.settings),
            hedgeAfterMs: caller.settings.deadlines.hedgeMs,
            hedges: caller.memory.retryBudget('replica', replicaUrl, caller.settings.retries),
          },
    service: connect('service', config.DATABASE_SERVICE_URL, unattended),
  };
}
