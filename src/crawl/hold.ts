/** A turn this soon is waited for; for a later one the work is given back, which costs a way through the queue. */
export const HOLD_MS = 4_000;
/** Far below the 15 min that a consumer may take (https://developers.cloudflare.com/queues/platform/limits/). */
const MAX_HOLD_MS = 120_000;

/**
 * How far ahead, in milliseconds, a turn may lie that a consumer waits for, after work was given back `idleWaits` times
 * in a row with nothing done. Twice as far each time: a queue that is slower than a host's pace brings everybody too
 * late for the turn that was waited for, and the next one is at the end of the host's line.
 */
export function holdMsAfter(idleWaits: number): number {
  return Math.min(HOLD_MS * 2 ** idleWaits, MAX_HOLD_MS);
}
