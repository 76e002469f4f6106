import { withAbort } from '../lib/deadline.ts';
import { logEvent, type LogFields } from '../observability/logger.ts';
import type { Breaker, BreakerChange, Outcome } from './breaker.ts';
import type { CallScope } from './call-scope.ts';

/** How one dependency is called on behalf of one piece of work. */
export interface CallGuard {
  /** For the logs. */
  name: string;
  scope: CallScope;
  /** None: it is always asked. */
  breaker: Breaker | null;
  /** A call that takes longer is logged, in milliseconds. */
  slowMs: number;
  /** Whether an error says that the other side is in trouble, rather than that it has answered. */
  isFault(error: unknown): boolean;
}

/**
 * Makes one call under a deadline that really aborts it, as does the end of the caller, and tells the breaker. Rejects
 * with what the call rejects with; with BreakerOpenError, at once, while the breaker is open.
 */
export async function guardedCall<T>(
  guard: CallGuard,
  deadlineMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { scope, breaker } = guard;
  scope.signal?.throwIfAborted();
  const admitted = breaker?.admit(deadlineMs);
  const tell = (outcome: Outcome) => noteChange(guard, admitted?.(outcome) ?? null, outcome);
  const started = performance.now();
  try {
    const result = await withAbort(deadlineMs, async (late) => {
      const signal = scope.signal ? AbortSignal.any([late, scope.signal]) : late;
      return await work(signal);
    });
    tell({ kind: 'ok' });
    return result;
  } catch (error) {
    // Whose caller has gone did not wait for the answer.
    if (scope.signal?.aborted) tell({ kind: 'void' });
    else tell(guard.isFault(error) ? { kind: 'fault', error } : { kind: 'ok' });
    throw error;
  } finally {
    noteSlow(guard, Math.round(performance.now() - started));
  }
}

function noteSlow(guard: CallGuard, ms: number): void {
  if (ms >= guard.slowMs) logEvent('warn', 'slow_operation', { durationMs: ms, ...describeCall(guard) });
}

/** The call by whose outcome it changed is the one that is named. */
function noteChange(guard: CallGuard, change: BreakerChange, outcome: Outcome): void {
  if (change === 'closed') logEvent('info', 'breaker_closed', describeCall(guard));
  if (change !== 'opened' || outcome.kind !== 'fault') return;
  const { error } = outcome;
  const fault = error instanceof Error ? error.name : typeof error;
  logEvent('warn', 'breaker_opened', { fault, ...describeCall(guard) });
}

function describeCall({ name, scope }: CallGuard): LogFields {
  return { what: name, requestId: scope.requestId, traceId: scope.trace.traceId, route: scope.route() };
}
