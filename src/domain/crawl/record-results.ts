import { sql } from 'drizzle-orm';
import type { ChunkRef } from '../../crawl/coordinator.ts';
import type { ItemResult } from '../../crawl/process-item.ts';
import { WRITE_DEADLINE_MS } from '../../db/batch.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';

export interface Recorded {
  /** Of the job; null when it is gone or of another run. */
  status: string | null;
  /** Results that took effect; those of items that are final already do not. */
  written: number;
  /** When the URLs that wait for another try are due, in ms since 1970. */
  dueAt?: number | null;
}

/** Writes results of a chunk down in one transaction, and closes the chunk when no others will come. */
export async function recordResults(
  service: Database,
  chunk: ChunkRef & { requestId: string | null },
  results: ItemResult[],
  isLast: boolean,
): Promise<Recorded> {
  return await callService(
    service,
    chunk.requestId ?? 'crawl',
    sql`app.record_results(${chunk.jobId}, ${chunk.epoch}, ${chunk.chunk}, ${JSON.stringify(results)}::jsonb, ${isLast})`,
    WRITE_DEADLINE_MS,
  );
}
