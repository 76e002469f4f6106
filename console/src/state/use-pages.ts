import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { Page } from '../api/types.ts';
import { useRetryOnReturn } from './use-retry-on-return.ts';

interface PagesState<T> {
  items: T[] | null;
  nextCursor: string | null;
  isLoading: boolean;
  problem: Problem | null;
}

export interface Pages<T> extends PagesState<T> {
  loadMore: () => void;
  reload: () => void;
  update: (change: (items: T[]) => T[]) => void;
}

const EMPTY = { items: null, nextCursor: null, isLoading: true, problem: null };

/**
 * A keyset list that grows by pages. A change of `key` starts over; what was loaded stays on screen while a
 * reload of the same key runs. A page that did not reach the service is asked for again when the network is back.
 */
export function usePages<T>(
  key: string,
  load: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>,
): Pages<T> {
  const [state, setState] = useState<PagesState<T>>(EMPTY);
  const [round, setRound] = useState(0);
  const abort = useRef(new AbortController());
  const shownKey = useRef(key);
  /** Where the page starts that was asked for last. */
  const lastCursor = useRef<string | null>(null);

  const loadPage = (cursor: string | null) => {
    const { signal } = abort.current;
    lastCursor.current = cursor;
    setState((old) => ({ ...old, isLoading: true, problem: null }));
    load(cursor, signal).then(
      (page) => {
        if (signal.aborted) return;
        setState((old) => ({
          items: cursor === null ? page.data : [...(old.items ?? []), ...page.data],
          nextCursor: page.nextCursor,
          isLoading: false,
          problem: null,
        }));
      },
      (error: unknown) => {
        if (!signal.aborted) setState((old) => ({ ...old, isLoading: false, problem: problemOf(error) }));
      },
    );
  };

  useEffect(() => {
    abort.current = new AbortController();
    if (shownKey.current !== key) setState(EMPTY);
    shownKey.current = key;
    loadPage(null);
    return () => abort.current.abort();
  }, [key, round]);

  useRetryOnReturn(state.problem, () => loadPage(lastCursor.current));
  const reload = useCallback(() => setRound((value) => value + 1), []);
  const update = useCallback((change: (items: T[]) => T[]) => {
    setState((old) => ({ ...old, items: change(old.items ?? []) }));
  }, []);
  const loadMore = () => {
    if (!state.isLoading && state.nextCursor !== null) loadPage(state.nextCursor);
  };
  return { ...state, loadMore, reload, update };
}
