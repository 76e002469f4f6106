import type { Database } from '../db/client.ts';
import { type ChunkResults, type Recorded, recordResults } from '../domain/crawl/record-results.ts';
import { AppError } from '../errors/app-error.ts';
import type { ChunkOrder } from './work-conserving.ts';

/** Few enough for a short transaction. */
const MAX_RESULTS = 100;

export type RecordChunk = (
  order: ChunkOrder,
  results: ChunkResults['results'],
  isLast: boolean,
) => Promise<Recorded>;

interface Entry extends ChunkResults {
  order: ChunkOrder;
  resolve(recorded: Recorded): void;
  reject(error: unknown): void;
}

/**
 * Writes down what the chunks of an invocation found, those of a run one transaction after another: Postgres takes the
 * results of a job in turn anyway, and what comes while it is busy goes together in the next. Belongs to one invocation.
 */
export function createGroupRecorder(service: Database): RecordChunk {
  const waiting = new Map<string, Entry[]>();

  async function record(entries: Entry[]): Promise<void> {
    const [first] = entries;
    if (!first) return;
    try {
      const recorded = await recordResults(service, first.order, entries);
      for (const [at, entry] of entries.entries())
        entry.resolve(recorded[at] ?? { status: null, written: 0 });
    } catch (error) {
      const isDown = error instanceof AppError && error.code === 'unavailable';
      // One whose bytes were swept away must not spoil the others.
      if (entries.length > 1 && !isDown) for (const entry of entries) await record([entry]);
      else for (const entry of entries) entry.reject(error);
    }
  }

  async function drain(key: string, entries: Entry[]): Promise<void> {
    // Those that come at the same moment go together.
    await Promise.resolve();
    while (entries.length > 0) await record(takeGroup(entries));
    waiting.delete(key);
  }

  return async (order, results, isLast) => {
    const { promise, resolve, reject } = Promise.withResolvers<Recorded>();
    const key = `${order.jobId}/${order.epoch}`;
    const entry = { order, chunk: order.chunk, results, isLast, resolve, reject };
    const entries = waiting.get(key);
    if (entries) entries.push(entry);
    else {
      const fresh = [entry];
      waiting.set(key, fresh);
      void drain(key, fresh);
    }
    return await promise;
  };
}

/** The first entries, a chunk once at most, up to the most results that go together; one at least. */
function takeGroup(entries: Entry[]): Entry[] {
  const chunks = new Set<number>();
  let results = 0;
  let count = 0;
  for (const entry of entries) {
    results += entry.results.length;
    if (count > 0 && (chunks.has(entry.chunk) || results > MAX_RESULTS)) break;
    chunks.add(entry.chunk);
    count++;
  }
  return entries.splice(0, count);
}
