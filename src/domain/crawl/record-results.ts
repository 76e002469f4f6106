import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import type { ItemResult } from '../../crawl/process-item.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';

/** Results of one chunk; `isLast`: no others will come, and the chunk is to be closed. */
export interface ChunkResults {
  chunk: number;
  results: ItemResult[];
  isLast: boolean;
}

export interface Recorded {
  /** Of the job; null when it is gone or of another run. */
  status: string | null;
  /** Results that took effect; those of items that are final already do not. */
  written: number;
  /** When the URLs that wait for another try are due, in ms since 1970. */
  dueAt?: number | null;
}

/** Writes results of chunks of one run, each once, down in one transaction. Answers in the order of the chunks. */
export async function recordResults(
  service: Database,
  run: RunRef & { requestId: string | null },
  chunks: ChunkResults[],
): Promise<Recorded[]> {
  const closing = chunks.filter(({ isLast }) => isLast);
  const results = JSON.stringify(chunks.flatMap((one) => one.results));
  const numbers = (of: ChunkResults[]) => sql`${`{${of.map(({ chunk }) => chunk).join(',')}}`}::integer[]`;
  const answer = await callService<{
    status: string | null;
    chunks: { chunk: number; written: number; dueAt: number | null }[];
  }>(
    service,
    run.requestId ?? 'crawl',
    sql`app.record_results(${run.jobId}, ${run.epoch}, ${numbers(chunks)}, ${results}::jsonb, ${numbers(closing)})`,
  );
  return chunks.map(({ chunk }) => {
    const { written = 0, dueAt = null } = answer.chunks.find((one) => one.chunk === chunk) ?? {};
    return { status: answer.status, written, dueAt };
  });
}
