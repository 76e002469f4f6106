import type { Database } from '../db/client.ts';
import { type Recorded, recordResults } from '../domain/crawl/record-results.ts';
import type { ChunkRef } from '../crawl/coordinator.ts';
import type { ItemResult } from '../crawl/process-item.ts';

export interface Recorder {
  readonly written: number;
  add(result: ItemResult): void;
  flush(): void;
  /** Writes the rest down. Rejects when any result could not be. */
  close(isLast: boolean): Promise<Recorded | null>;
}

/** Writes results down one batch after another. `onOver`: the job takes no more of them. */
export function createRecorder(
  service: Database,
  ref: ChunkRef & { requestId: string | null },
  resultsPerRecord: number,
  onOver: () => void,
): Recorder {
  let results: ItemResult[] = [];
  let written = 0;
  let last: Recorded | null = null;
  let recording: Promise<void> = Promise.resolve();
  const record = (isLast: boolean) => {
    const full = results;
    results = [];
    recording = recording.then(async () => {
      last = await recordResults(service, ref, full, isLast);
      written += last.written;
      if (last.status !== 'running') onOver();
    });
    // Awaited at the end; until then a failure must not count as unhandled.
    recording.catch(() => undefined);
  };
  return {
    get written() {
      return written;
    },
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
