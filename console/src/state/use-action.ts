import { useState } from 'preact/hooks';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';

interface Action {
  isBusy: boolean;
  problem: Problem | null;
  /** Runs unless one is running; resolves when done. A failure is kept in `problem`, not thrown. */
  run: (work: () => Promise<void>) => Promise<void>;
  clear: () => void;
}

/** One write at a time, with its busy state and its last problem. */
export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  return {
    isBusy,
    problem,
    clear: () => setProblem(null),
    run: async (work) => {
      if (isBusy) return;
      setBusy(true);
      setProblem(null);
      try {
        await work();
      } catch (error) {
        setProblem(problemOf(error));
      } finally {
        setBusy(false);
      }
    },
  };
}
