/** A clock that goes only when told to. */
export function fakeClock(startMs = 1_700_000_000_000) {
  let nowMs = startMs;
  let made = 0;
  const timers = new Map<number, { at: number; run: () => void }>();

  /** The earliest timer, the older one of two at the same time. */
  function nextDue(untilMs: number): { id: number; at: number; run: () => void } | null {
    let next: { id: number; at: number; run: () => void } | null = null;
    for (const [id, { at, run }] of timers) {
      if (at <= untilMs && (next === null || at < next.at)) next = { id, at, run };
    }
    return next;
  }

  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    now: () => nowMs,
    after: (ms: number, run: () => void) => {
      made += 1;
      const id = made;
      timers.set(id, { at: nowMs + ms, run });
      return () => timers.delete(id);
    },
    /** Lets promises that are done take effect. */
    settle,
    /** Goes on by `ms` and runs what is due on the way. */
    advance: async (ms: number) => {
      const untilMs = nowMs + ms;
      await settle();
      for (let due = nextDue(untilMs); due !== null; due = nextDue(untilMs)) {
        timers.delete(due.id);
        nowMs = due.at;
        due.run();
        await settle();
      }
      nowMs = untilMs;
    },
    /** Timers that have not run. */
    pending: () => timers.size,
  };
}

export type FakeClock = ReturnType<typeof fakeClock>;
