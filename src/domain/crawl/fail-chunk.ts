import { sql } from 'drizzle-orm';
import type { ChunkRef } from '../../crawl/coordinator.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';

const MAX_FAULT_LENGTH = 500;

/** Gives up a chunk that our own parts failed on: its open URLs, `written` of them, end in `failed(dead_letter)`. */
export async function failChunk(
  service: Database,
  chunk: ChunkRef,
  fault: string,
): Promise<{ written: number }> {
  return await callService(
    service,
    chunk.requestId ?? 'crawl',
    sql`app.fail_chunk(${chunk.jobId}, ${chunk.epoch}, ${chunk.chunk}, ${fault.slice(0, MAX_FAULT_LENGTH)})`,
  );
}
