import type { Clock } from '../lib/clock.ts';

/** What an isolate knows of one endpoint; numbers only, nothing of a request. */
export interface EndpointHealth {
  /** Milliseconds that a call may take: three times what they take on average, but `leastMs` at least. */
  deadlineMs(leastMs: number): number;
  /** Whether calls are to be made at all. */
  isUsable(): boolean;
  /** Whether it is time to ask an endpoint that is not used how it is; true for one caller at a time. */
  takeProbe(): boolean;
  noteSuccess(tookMs: number): void;
  noteFailure(): void;
}

/** So many failures in a row, and nobody asks any more. */
const FAILURES = 5;
const PROBE_EVERY_MS = 2_000;
/** Weight of the newest call in the average. */
const ALPHA = 0.1;
/** An average that grows must not let one call take as long as it likes. */
const MAX_DEADLINE_MS = 500;

export function createEndpointHealth(clock: Clock): EndpointHealth {
  let averageMs = 0;
  let failures = 0;
  let nextProbeAt = 0;
  return {
    deadlineMs: (leastMs) => Math.max(leastMs, Math.min(3 * averageMs, MAX_DEADLINE_MS)),
    isUsable: () => failures < FAILURES,
    takeProbe() {
      if (failures < FAILURES || clock.now() < nextProbeAt) return false;
      nextProbeAt = clock.now() + PROBE_EVERY_MS;
      return true;
    },
    noteSuccess(tookMs) {
      averageMs = averageMs === 0 ? tookMs : averageMs + ALPHA * (tookMs - averageMs);
      failures = 0;
    },
    noteFailure() {
      failures += 1;
      if (failures === FAILURES) nextProbeAt = clock.now() + PROBE_EVERY_MS;
    },
  };
}
