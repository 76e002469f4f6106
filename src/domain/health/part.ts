/** What the installation stands on. */
export const PART_NAMES = ['primary', 'replica', 'redis', 'media', 'queue'] as const;
export type PartName = (typeof PART_NAMES)[number];

/**
 * `down`: it did not answer in time, or said that it cannot serve. `misconfigured`: it answers, and must not be used as it
 * is. `absent`: there is none, and none is missed.
 */
export const PART_STATES = ['ok', 'down', 'misconfigured', 'absent'] as const;
export type PartState = (typeof PART_STATES)[number];

export interface PartReport {
  state: PartState;
  /** Milliseconds; null for one that is absent. */
  latencyMs: number | null;
  /** The class of the error that it was found by. */
  lastError: string | null;
}

export const READINESS = ['ready', 'degraded', 'unavailable'] as const;
export type ReadinessStatus = (typeof READINESS)[number];

/**
 * Whether requests can be served. Unreachable degrades, misconfigured fails; without the primary the replica still serves
 * reads.
 */
export function judgeParts(states: Record<PartName, PartState>): ReadinessStatus {
  const all = Object.values(states);
  if (all.includes('misconfigured')) return 'unavailable';
  if (states.primary !== 'ok' && states.replica !== 'ok') return 'unavailable';
  return all.includes('down') ? 'degraded' : 'ready';
}
