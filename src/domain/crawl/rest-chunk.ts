import { sql } from 'drizzle-orm';
import type { ChunkRef } from '../../crawl/coordinator.ts';
import { runBatch } from '../../db/batch.ts';
import type { Database } from '../../db/client.ts';
import { jobChunks } from '../../db/schema/job.ts';
import { enter } from '../../db/statement.ts';

/** Takes a chunk back that was handed out, to hand it out again at `until`, ms since 1970. */
export async function restChunk(service: Database, chunk: ChunkRef, until: number): Promise<void> {
  await runBatch(
    service,
    [
      enter(null, chunk.requestId ?? 'coordinator'),
      sql`update ${jobChunks} c set status = 'pending', not_before = to_timestamp(${until}::double precision / 1000),
            updated_at = now()
          from crawl_jobs j
          where j.id = c.job_id and j.id = ${chunk.jobId} and j.epoch = ${chunk.epoch} and c.chunk = ${chunk.chunk}
            and c.status = 'sent'`,
    ],
    { deadline: 'write', requestId: chunk.requestId },
  );
}
