const FIRST_MS = 1_000;
/** In a hidden tab nobody looks; a look now and then keeps what is shown on return from being far off. */
const HIDDEN_MS = 15_000;
const FAILURE_LIMIT_MS = 30_000;

interface PollState {
  isFinal: boolean;
  /** Calls in a row that failed. */
  failures: number;
  isHidden: boolean;
}

/**
 * Milliseconds until the next poll, or null to stop. Each second; seldom while the tab is hidden; doubling after
 * each failure.
 */
export function nextPollDelay({ isFinal, failures, isHidden }: PollState): number | null {
  if (isFinal) return null;
  const usual = isHidden ? HIDDEN_MS : FIRST_MS;
  return failures > 0 ? Math.max(usual, Math.min(FAILURE_LIMIT_MS, FIRST_MS * 2 ** failures)) : usual;
}
