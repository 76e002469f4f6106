import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { isMissing, problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { Job, Progress } from '../api/types.ts';
import { nextPollDelay } from '../job/poll-delay.ts';
import { isUnderWay } from '../job/status-words.ts';

interface FollowedJob {
  /** Both or neither are known. */
  known: { job: Job; progress: Progress } | null;
  /** Why the newest look failed; what was known stays. */
  problem: Problem | null;
}

/** Follows an import for as long as it moves by itself. A change of `round` looks again at once. */
export function useJob(jobId: string, round: number): FollowedJob {
  const [state, setState] = useState<FollowedJob>({ known: null, problem: null });

  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    let failures = 0;
    let isLooking = false;
    let job: Job | null = null;

    const look = async (): Promise<number | null> => {
      const isHidden = document.hidden;
      try {
        const progress = await api.progress(jobId, abort.signal);
        // Why it ended, and what it was asked for, change only with the status.
        if (job?.status !== progress.status) job = await api.job(jobId, abort.signal);
        failures = 0;
        if (!abort.signal.aborted) setState({ known: { job, progress }, problem: null });
        return nextPollDelay({ isFinal: !isUnderWay(progress.status), failures, isHidden });
      } catch (error) {
        failures += 1;
        const problem = problemOf(error);
        if (!abort.signal.aborted) setState((old) => ({ ...old, problem }));
        return nextPollDelay({ isFinal: isMissing(problem), failures, isHidden });
      }
    };
    const tick = async () => {
      isLooking = true;
      const delay = await look();
      isLooking = false;
      timer = 0;
      if (delay !== null && !abort.signal.aborted) timer = window.setTimeout(() => void tick(), delay);
    };
    const onVisible = () => {
      if (document.hidden || isLooking || timer === 0) return;
      clearTimeout(timer);
      void tick();
    };

    void tick();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [jobId, round]);

  return state;
}
