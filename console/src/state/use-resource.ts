import { useCallback, useEffect, useState } from 'preact/hooks';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import { useRetryOnReturn } from './use-retry-on-return.ts';

interface Resource<T> {
  data: T | null;
  problem: Problem | null;
  reload: () => void;
  replace: (data: T) => void;
}

/**
 * Loads something for as long as `key` stays the same; a change of key or unmounting aborts the call. One that did not
 * reach the service is made again when the network is back.
 */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ data: T | null; problem: Problem | null }>({
    data: null,
    problem: null,
  });
  const [round, setRound] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    setState({ data: null, problem: null });
    load(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setState({ data, problem: null });
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setState({ data: null, problem: problemOf(error) });
      },
    );
    return () => abort.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((value) => value + 1), []);
  useRetryOnReturn(state.problem, reload);
  const replace = useCallback((data: T) => setState({ data, problem: null }), []);
  return { ...state, reload, replace };
}
