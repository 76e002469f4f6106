import type { ItemResult } from '../crawl/process-item.ts';
import type { Recorded } from '../domain/crawl/record-results.ts';
import type { RecordChunk } from './group-recorder.ts';
import type { ChunkOrder } from './work-conserving.ts';

export interface Recorder {
  readonly written: number;
  /** Whether the result of the item at this position was written down, or found to be no longer wanted. */
  isRecorded(position: number): boolean;
  add(result: ItemResult): void;
  flush(): void;
  /** Writes the rest down. Rejects when any result could not be. */
  close(isLast: boolean): Promise<Recorded | null>;
}

/** Writes results down one batch after another. `onOver`: no more of them are taken, by the job or by Postgres. */
export function createRecorder(
  recordChunk: RecordChunk,
  order: ChunkOrder,
  resultsPerRecord: number,
  onOver: () => void,
): Recorder {
  let results: ItemResult[] = [];
  let written = 0;
  const recorded = new Set<number>();
  let last: Recorded | null = null;
  let recording: Promise<void> = Promise.resolve();
  const record = (isLast: boolean) => {
    const full = results;
    results = [];
    recording = recording.then(async () => {
      last = await recordChunk(order, full, isLast);
      written += last.written;
      for (const { position } of full) recorded.add(position);
      if (last.status !== 'running') onOver();
    });
    // After a failure nothing more is written. It is thrown at the end; until then it must not count as unhandled.
    recording.catch(onOver);
  };
  return {
    get written() {
      return written;
    },
    isRecorded: (position) => recorded.has(position),
    add(result) {
      results.push(result);
      if (results.length >= resultsPerRecord) record(false);
    },
    flush() {
      if (results.length > 0) record(false);
    },
    async close(isLast) {
      if (isLast || results.length > 0) record(isLast);
      await recording;
      return last;
    },
  };
}
