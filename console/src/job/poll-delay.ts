const FIRST_MS = 1_000;
const IDLE_LIMIT_MS = 5_000;
const FAILURE_LIMIT_MS = 30_000;
const QUIET_POLLS = 5;

interface PollState {
  isFinal: boolean;
  /** Answers in a row that brought no change. */
  unchanged: number;
  /** Calls in a row that failed. */
  failures: number;
}

/**
 * Milliseconds until the next poll, or null to stop. Each second while things move; half as often after
 * some quiet answers; doubling after each failure.
 */
export function nextPollDelay({ isFinal, unchanged, failures }: PollState): number | null {
  if (isFinal) return null;
  if (failures > 0) return Math.min(FAILURE_LIMIT_MS, FIRST_MS * 2 ** failures);
  const steps = Math.max(0, unchanged - QUIET_POLLS);
  return Math.min(IDLE_LIMIT_MS, FIRST_MS * 1.5 ** steps);
}
