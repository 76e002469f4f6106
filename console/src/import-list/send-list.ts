import { problemOf } from '../api/problem.ts';
import type { EntryBatches, ListEntry } from './list-entry.ts';
import { sliceEntries } from './slice-entries.ts';

/** Different addresses of one import; the service leaves out what comes after them. */
export const MAX_IMPORT_URLS = 1_000_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;
const TRIES = 6;

/** How far the sending of a list has come; a later try goes on from here. */
export interface Sent {
  /** The draft that takes the addresses; null until it is made. */
  jobId: string | null;
  slices: number;
  entries: number;
}

export const NOTHING_SENT: Sent = { jobId: null, slices: 0, entries: 0 };

interface SendPorts {
  /** Makes an empty draft and returns its id. */
  create: () => Promise<string>;
  /** Adds a slice to the draft and returns how many different addresses that has now. */
  add: (jobId: string, slice: readonly ListEntry[]) => Promise<number>;
  wait: (ms: number) => Promise<void>;
  onProgress: (sent: Sent) => void;
  /** Called when the service asks for patience. */
  onPause: () => void;
}

/** Repeats a call that the service may take later. */
async function persist<T>(call: () => Promise<T>, { wait, onPause }: SendPorts): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (tries === TRIES || !problemOf(error).retryable) throw error;
      onPause();
      await wait(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)));
    }
  }
}

/**
 * Sends a list slice by slice into a draft and returns its id. `before` skips what an earlier try has sent, so
 * `batches` must give the same entries again. Throws what the last call threw.
 */
export async function sendList(batches: EntryBatches, before: Sent, ports: SendPorts): Promise<string> {
  // Not repeated by itself: a draft whose answer was lost would be made twice. A slice that arrives twice counts once.
  const jobId = before.jobId ?? (await ports.create());
  let sent = { ...before, jobId };
  ports.onProgress(sent);
  let slices = 0;
  for await (const slice of sliceEntries(batches)) {
    slices += 1;
    if (slices <= before.slices) continue;
    const total = await persist(() => ports.add(jobId, slice), ports);
    sent = { jobId, slices, entries: sent.entries + slice.length };
    ports.onProgress(sent);
    if (total >= MAX_IMPORT_URLS) break;
  }
  return jobId;
}
