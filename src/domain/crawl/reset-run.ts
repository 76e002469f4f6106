import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';

/**
 * Counts all that was handed out, but the chunks that are known, as waiting again. The job's status, or null when
 * the run is over.
 */
export async function resetRun(
  service: Database,
  run: RunRef,
  known: number[],
): Promise<'planning' | 'queued' | 'running' | 'stopping' | null> {
  return await callService(
    service,
    run.requestId ?? 'coordinator',
    sql`app.reset_run(${run.jobId}, ${run.epoch}, ${`{${known.join(',')}}`}::integer[])`,
  );
}
