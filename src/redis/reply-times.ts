/** How long an endpoint takes on average; numbers only, nothing of a request. */
export interface ReplyTimes {
  /** What a call may take, in milliseconds: three times the average, but `leastMs` at least. */
  deadlineMs(leastMs: number): number;
  note(tookMs: number): void;
}

/** Weight of the newest call in the average. */
const ALPHA = 0.1;
/** An average that grows must not let one call take as long as it likes. */
const MAX_DEADLINE_MS = 500;

export function createReplyTimes(): ReplyTimes {
  let averageMs: number | null = null;
  return {
    deadlineMs: (leastMs) => Math.max(leastMs, Math.min(3 * (averageMs ?? 0), MAX_DEADLINE_MS)),
    note(tookMs) {
      averageMs = averageMs === null ? tookMs : averageMs + ALPHA * (tookMs - averageMs);
    },
  };
}

// Isolate lifetime: one entry for each configured endpoint.
const known = new Map<string, ReplyTimes>();

export function replyTimesOf(url: string): ReplyTimes {
  const times = known.get(url) ?? createReplyTimes();
  known.set(url, times);
  return times;
}
