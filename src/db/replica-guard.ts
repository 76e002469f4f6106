import type { Clock } from '../lib/clock.ts';
import { logEvent } from '../observability/logger.ts';

/** Keeps reads away from a replica that is of no use, and lets one try it now and then. */
export interface ReplicaGuard {
  /** Whether a read may ask the replica; whoever asks it says then how it went. */
  enter(): boolean;
  /** Whether it is known to be of no use for now. */
  isPaused(): boolean;
  /** It serves, whether or not it had what this read wanted. */
  served(): void;
  /** It did not answer, or too late. */
  failed(): void;
  /** It serves what is too old for anybody. */
  lags(): void;
}

/** One failure may be an accident. */
const FAILURES_TO_PAUSE = 3;
/** How long a replica is left alone, and then between the reads that try it: it is back in use that soon. */
export const REPLICA_PAUSE_MS = 5_000;

/** A guard whose pauses are its own. A paused replica is asked by one read at the end of each pause. */
export function createReplicaGuard(clock: Clock): ReplicaGuard {
  let failures = 0;
  /** Ms since 1970; null while the replica is in use. */
  let pausedUntil: number | null = null;

  function pause(reason: 'fails' | 'lags'): void {
    if (pausedUntil === null) logEvent('warn', 'replica_paused', { reason });
    pausedUntil = clock.now() + REPLICA_PAUSE_MS;
  }

  return {
    enter() {
      if (pausedUntil === null) return true;
      if (clock.now() < pausedUntil) return false;
      // The others wait for another pause, also when this read's request ends before it can say how it went.
      pausedUntil = clock.now() + REPLICA_PAUSE_MS;
      return true;
    },
    isPaused: () => pausedUntil !== null,
    served() {
      if (pausedUntil !== null) logEvent('info', 'replica_back', {});
      failures = 0;
      pausedUntil = null;
    },
    failed() {
      failures += 1;
      if (failures >= FAILURES_TO_PAUSE) pause('fails');
    },
    lags: () => pause('lags'),
  };
}

// Isolate lifetime: what one request learns of a replica spares the next ones the wait. One entry for each address.
const guards = new Map<string, ReplicaGuard>();

/** The isolate's guard of the replica at an address. */
export function replicaGuardOf(url: string, clock: Clock): ReplicaGuard {
  const guard = guards.get(url) ?? createReplicaGuard(clock);
  guards.set(url, guard);
  return guard;
}
