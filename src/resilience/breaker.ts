import type { Clock } from '../lib/clock.ts';
import type { Settings } from '../settings/index.ts';

/** The other side was not asked: it has failed too often a moment ago. */
export class BreakerOpenError extends Error {
  override name = 'BreakerOpenError';
  /** Until one call may try again, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(breaker: string, retryAfterMs: number) {
    super(`${breaker} is not asked for ${retryAfterMs} ms`);
    this.retryAfterMs = retryAfterMs;
  }
}

export type Outcome =
  | { kind: 'ok' }
  /** The other side is in trouble. */
  | { kind: 'fault'; error: unknown }
  /** It says nothing about the other side, such as a call whose own caller has gone. */
  | { kind: 'void' };

/** What an outcome did to the breaker: a try that fails leaves it open. */
export type BreakerChange = 'opened' | 'closed' | null;

/** For whoever looks after it. */
export interface BreakerState {
  name: string;
  state: 'closed' | 'open' | 'half-open';
  /** Of the rolling window. */
  calls: number;
  faults: number;
  /** Until one call may try, in milliseconds; 0 unless it is open. */
  retryAfterMs: number;
  /** The name of the last error that counted. */
  lastFault: string | null;
}

export interface Breaker {
  /**
   * Lets one call through and returns what must be told of its outcome, once. Throws BreakerOpenError at once while it
   * is open, and while another call tries. A call that never tells, as its isolate forgot it, holds that place for
   * `leaseMs` at the most.
   */
  admit(leaseMs: number): (outcome: Outcome) => BreakerChange;
  state(): BreakerState;
}

/** Parts of the window, each forgotten as a whole. */
const SLICES = 10;

interface Slice {
  /** Which part of time it counts. */
  index: number;
  calls: number;
  faults: number;
}

/**
 * A circuit breaker over a rolling window of counts (Nygard, Release It!): it opens by the share of faults among enough
 * calls, or by faults in a row, waits out a pause, and then lets one call at a time try. Its first success closes it,
 * and a fault opens it again. Lives as long as the isolate and holds numbers only.
 */
export function createBreaker(name: string, clock: Clock, figures: Settings['breaker']): Breaker {
  const { windowMs, failureRatio, minCalls, failuresInARow, pauseMs } = figures;
  const sliceMs = windowMs / SLICES;
  let slices: Slice[] = [];
  let inARow = 0;
  /** Null while it is closed. */
  let openUntil: number | null = null;
  /** Until when the call that tries holds its place. */
  let tryingUntil = 0;
  let lastFault: string | null = null;
  /** Outcomes of calls that were let through before it changed do not count any more. */
  let generation = 0;

  function counts(): { calls: number; faults: number } {
    const oldest = Math.floor(clock.now() / sliceMs) - SLICES + 1;
    slices = slices.filter(({ index }) => index >= oldest);
    return slices.reduce(
      (sum, { calls, faults }) => ({ calls: sum.calls + calls, faults: sum.faults + faults }),
      { calls: 0, faults: 0 },
    );
  }

  function count(isFault: boolean): void {
    const index = Math.floor(clock.now() / sliceMs);
    let slice = slices.at(-1);
    if (slice?.index !== index) slices.push((slice = { index, calls: 0, faults: 0 }));
    slice.calls += 1;
    if (isFault) slice.faults += 1;
    inARow = isFault ? inARow + 1 : 0;
  }

  function open(): void {
    openUntil = clock.now() + pauseMs;
    tryingUntil = 0;
    generation += 1;
  }

  function close(): void {
    openUntil = null;
    tryingUntil = 0;
    slices = [];
    inARow = 0;
    generation += 1;
  }

  function noteClosed(isFault: boolean): BreakerChange {
    count(isFault);
    const { calls, faults } = counts();
    // The first success after faults is no reason, though it makes the calls enough.
    if (!isFault) return null;
    if (inARow < failuresInARow && (calls < minCalls || faults / calls < failureRatio)) return null;
    open();
    return 'opened';
  }

  function noteTry(kind: Outcome['kind']): BreakerChange {
    if (kind === 'fault') open();
    // The next one may try at once.
    else if (kind === 'void') tryingUntil = 0;
    else close();
    return kind === 'ok' ? 'closed' : null;
  }

  return {
    admit(leaseMs) {
      const now = clock.now();
      const isTry = openUntil !== null;
      if (openUntil !== null) {
        const waitUntil = Math.max(openUntil, tryingUntil);
        if (now < waitUntil) throw new BreakerOpenError(name, waitUntil - now);
        tryingUntil = now + leaseMs;
        generation += 1;
      }
      const mine = generation;
      let isTold = false;
      return (outcome) => {
        if (isTold) return null;
        isTold = true;
        if (outcome.kind === 'fault')
          lastFault = outcome.error instanceof Error ? outcome.error.name : typeof outcome.error;
        if (mine !== generation) return null;
        if (isTry) return noteTry(outcome.kind);
        return outcome.kind === 'void' ? null : noteClosed(outcome.kind === 'fault');
      };
    },
    state() {
      const now = clock.now();
      const retryAfterMs = openUntil === null ? 0 : Math.max(0, openUntil - now);
      const opened = retryAfterMs > 0 ? 'open' : 'half-open';
      return { name, state: openUntil === null ? 'closed' : opened, ...counts(), retryAfterMs, lastFault };
    },
  };
}
