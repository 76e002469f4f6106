/** Who watches gets news so often. */
const WATCHED_MS = 250;
/** While nobody does, it is looked this often whether somebody has come. */
const UNWATCHED_MS = 2_000;

/** Tells the rooms how far jobs are, each at a pace of its own; belongs to one invocation. */
export interface ProgressReporter {
  /** Something of the job has changed. */
  note(jobId: string): void;
  /** Resolves when what was noted last has been told. */
  close(): Promise<void>;
}

interface Tools {
  /** Resolves with whether anybody watches; never rejects. */
  report(jobId: string): Promise<boolean>;
  sleep(ms: number): Promise<void>;
}

/** The first news of a job goes at once; what comes while it is on its way, or in the pause after it, goes together. */
export function createProgressReporter({ report, sleep }: Tools): ProgressReporter {
  const stale = new Set<string>();
  const running = new Map<string, Promise<void>>();
  let isClosed = false;
  let wake = (): void => undefined;
  const closing = new Promise<void>((resolve) => (wake = resolve));

  async function run(jobId: string): Promise<void> {
    while (stale.delete(jobId)) {
      const isWatched = await report(jobId);
      if (!isClosed) await Promise.race([sleep(isWatched ? WATCHED_MS : UNWATCHED_MS), closing]);
    }
    running.delete(jobId);
  }

  return {
    note(jobId) {
      stale.add(jobId);
      if (!running.has(jobId)) running.set(jobId, run(jobId));
    },
    async close() {
      isClosed = true;
      wake();
      await Promise.all(running.values());
    },
  };
}
