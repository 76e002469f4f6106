import { AppError } from '../errors/app-error.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import type { Replica } from './client.ts';
import type { ReplicaGuard } from './replica-guard.ts';
import { ReplicaError } from './sql-error.ts';

/** The places that can answer one read. */
export interface Sources<T> {
  /** As the caller may see it: fails with a ReplicaError when the replica is too old for that. */
  replica(signal: AbortSignal): Promise<T>;
  primary(signal?: AbortSignal): Promise<T>;
  /** The replica, however old. */
  anyReplica(): Promise<T>;
  /** Whether the caller has gone, or has no time left: what ends then says nothing of a database. */
  hasLeft(): boolean;
}

export interface Routed<T> {
  /** `stale`: the primary is out of reach, and the replica older than it should be. */
  from: 'replica' | 'primary' | 'stale';
  answer: T;
}

type Asked<T> = { answer: T } | { error: unknown };

/**
 * Reads by the replica, or by the primary when the guard keeps the replica out, when it refuses or fails, or when the
 * primary is quicker than a replica that takes long. What a replica refuses, for whatever reason, the primary decides:
 * only it knows what was there a moment ago. Errors: those of the primary.
 *
 * Of many reads that take long the replica is only busy, and to ask both would make it worse: there are so many second
 * questions as the budget allows, and as many as are needed once the replica is known to be of no use.
 */
export async function routeRead<T>(
  { guard, hedgeAfterMs, hedges }: Pick<Replica, 'guard' | 'hedgeAfterMs' | 'hedges'>,
  sources: Sources<T>,
): Promise<Routed<T>> {
  if (!guard.enter()) return await askPrimary(sources, true);
  hedges.earn();
  const abort = new AbortController();
  const asked = settle(sources.replica(abort.signal));
  for (;;) {
    const outcome = await within(asked, hedgeAfterMs);
    if (outcome) {
      const isAlive = tell(guard, outcome, sources.hasLeft());
      if ('answer' in outcome) return { from: 'replica', answer: outcome.answer };
      return await askPrimary(sources, isAlive);
    }
    if (guard.isPaused() || hedges.spend()) return await race(guard, asked, abort, sources);
  }
}

async function race<T>(
  guard: ReplicaGuard,
  asked: Promise<Asked<T>>,
  abortReplica: AbortController,
  sources: Sources<T>,
): Promise<Routed<T>> {
  const abortPrimary = new AbortController();
  const primary = settle(sources.primary(abortPrimary.signal));
  const first = await Promise.race([
    asked.then((outcome) => ({ from: 'replica' as const, outcome })),
    primary.then((outcome) => ({ from: 'primary' as const, outcome })),
  ]);
  if (first.from === 'replica') {
    tell(guard, first.outcome, sources.hasLeft());
    if ('error' in first.outcome) return { from: 'primary', answer: unwrap(await primary) };
    abortPrimary.abort();
    return { from: 'replica', answer: first.outcome.answer };
  }
  if ('error' in first.outcome && isUnreachable(first.outcome.error)) {
    const late = await asked;
    tell(guard, late, sources.hasLeft());
    if ('answer' in late) return { from: 'replica', answer: late.answer };
  } else {
    if (!sources.hasLeft()) guard.failed();
    abortReplica.abort();
  }
  return { from: 'primary', answer: unwrap(first.outcome) };
}

/** `isReplicaAlive`: nothing says that the replica would not answer at all. */
async function askPrimary<T>(sources: Sources<T>, isReplicaAlive: boolean): Promise<Routed<T>> {
  const primary = await settle(sources.primary());
  if ('error' in primary && isReplicaAlive && isUnreachable(primary.error)) {
    // What is not there is not known to be so: only an answer counts.
    const stale = await settle(sources.anyReplica());
    if ('answer' in stale) return { from: 'stale', answer: stale.answer };
  }
  return { from: 'primary', answer: unwrap(primary) };
}

/** Tells the guard how the replica did; returns whether it is alive. */
function tell<T>(guard: ReplicaGuard, outcome: Asked<T>, hasLeft: boolean): boolean {
  if ('answer' in outcome) {
    guard.served();
    return true;
  }
  const { error } = outcome;
  if (error instanceof ReplicaError && error.reason === 'lags') guard.lags();
  else if (!isUnreachable(error)) guard.served();
  else if (!hasLeft) guard.failed();
  // A schema that has not arrived yet, for example.
  if (error instanceof AppError && error.code === 'internal')
    logEvent('warn', 'replica_refused', describeError(error.cause));
  return !isUnreachable(error);
}

function isUnreachable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unavailable';
}

async function settle<T>(work: Promise<T>): Promise<Asked<T>> {
  return await work.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
}

function unwrap<T>(outcome: Asked<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.answer;
}

/** What `work` resolves with, or null when it takes longer. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
