import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { isMissing, problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { Progress } from '../api/types.ts';
import { nextPollDelay } from '../job/poll-delay.ts';
import { isFinal } from '../job/status-words.ts';

interface JobProgress {
  progress: Progress | null;
  /** Why the newest look failed; the last known progress stays. */
  problem: Problem | null;
}

/** Follows an import until it is final. A change of `round` looks again at once. */
export function useJobProgress(jobId: string, round: number): JobProgress {
  const [state, setState] = useState<JobProgress>({ progress: null, problem: null });

  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    let unchanged = 0;
    let failures = 0;
    let seen = '';

    const look = async (): Promise<number | null> => {
      try {
        const progress = await api.progress(jobId, abort.signal);
        const fingerprint = JSON.stringify([progress.status, progress.done, progress.counts]);
        unchanged = fingerprint === seen ? unchanged + 1 : 0;
        seen = fingerprint;
        failures = 0;
        if (!abort.signal.aborted) setState({ progress, problem: null });
        // A draft waits for a person: nothing changes until it is started from this screen.
        const isOver = isFinal(progress.status) || progress.status === 'draft';
        return nextPollDelay({ isFinal: isOver, unchanged, failures });
      } catch (error) {
        failures += 1;
        const problem = problemOf(error);
        if (!abort.signal.aborted) setState((old) => ({ ...old, problem }));
        return nextPollDelay({ isFinal: isMissing(problem), unchanged, failures });
      }
    };
    const tick = async () => {
      const delay = await look();
      if (delay !== null && !abort.signal.aborted) timer = window.setTimeout(() => void tick(), delay);
    };

    void tick();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [jobId, round]);

  return state;
}
