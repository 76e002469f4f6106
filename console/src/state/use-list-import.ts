import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { JobOptions } from '../api/types.ts';
import type { EntryBatches } from '../import-list/list-entry.ts';
import { NOTHING_SENT, sendList } from '../import-list/send-list.ts';
import type { Sent } from '../import-list/send-list.ts';
import { SLICE_ENTRIES } from '../import-list/slice-entries.ts';

/** A list that can be gone through more than once. */
export interface ListSource {
  /** Usable addresses in it, those that are repeated included. */
  total: number;
  batches: (signal: AbortSignal) => EntryBatches;
}

export interface ListImport {
  phase: 'idle' | 'sending' | 'pausing' | 'broken';
  /** Whether there is anything to watch: a short list is sent in one call. */
  isLong: boolean;
  sentEntries: number;
  total: number;
  problem: Problem | null;
  start: (source: ListSource, options: JobOptions) => void;
  /** After a failure, from where it came to. */
  goOn: () => void;
  /** Ends the sending and forgets what was sent. */
  cancel: () => void;
}

interface Run {
  source: ListSource;
  options: JobOptions;
  sent: Sent;
  abort: AbortController;
}

/** Rejects as soon as `signal` fires. */
function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('left', 'AbortError'));
    });
  });
}

/** A draft that nobody will complete. Nothing hangs on it, so a failure leaves an import that was not started. */
function dropDraftJob(jobId: string | null): void {
  if (jobId !== null) api.deleteJob(jobId).catch(() => undefined);
}

/** Sends a list to a new import and starts it; `onStarted` gets its id, also when only the start failed. */
export function useListImport(projectId: string, onStarted: (jobId: string) => void): ListImport {
  const run = useRef<Run | null>(null);
  const [phase, setPhase] = useState<ListImport['phase']>('idle');
  const [sentEntries, setSentEntries] = useState(0);
  const [problem, setProblem] = useState<Problem | null>(null);

  const send = async (current: Run): Promise<void> => {
    const { signal } = current.abort;
    setPhase('sending');
    setProblem(null);
    try {
      const jobId = await sendList(current.source.batches(signal), current.sent, {
        create: async () =>
          (await api.createJob(projectId, { kind: 'urls', urls: [], options: current.options })).id,
        add: async (id, slice) => (await api.addUrls(id, slice, signal)).total,
        wait: (ms) => waitFor(ms, signal),
        onProgress: (sent) => {
          current.sent = sent;
          // A draft that was made while the reader left has nobody to complete it.
          if (signal.aborted) dropDraftJob(sent.jobId);
          signal.throwIfAborted();
          setPhase('sending');
          setSentEntries(sent.entries);
        },
        onPause: () => setPhase('pausing'),
      });
      run.current = null;
      // Created is created: the import's own screen offers to start it when this start failed.
      await api.startJob(jobId).catch(() => undefined);
      onStarted(jobId);
    } catch (error) {
      if (signal.aborted) return;
      setProblem(problemOf(error));
      setPhase('broken');
    }
  };

  const leave = () => {
    run.current?.abort.abort();
    dropDraftJob(run.current?.sent.jobId ?? null);
    run.current = null;
  };
  useEffect(() => leave, []);

  const isSending = phase === 'sending' || phase === 'pausing';
  useEffect(() => {
    if (!isSending) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isSending]);

  return {
    phase,
    isLong: (run.current?.source.total ?? 0) > SLICE_ENTRIES,
    sentEntries,
    total: run.current?.source.total ?? 0,
    problem,
    start: (source, options) => {
      if (isSending) return;
      leave();
      setSentEntries(0);
      run.current = { source, options, sent: NOTHING_SENT, abort: new AbortController() };
      void send(run.current);
    },
    goOn: () => {
      if (run.current && !isSending) void send(run.current);
    },
    cancel: () => {
      leave();
      setPhase('idle');
      setProblem(null);
    },
  };
}
