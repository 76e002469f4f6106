import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';

/** Ends a job that was asked to stop; whether it was this call that did. */
export async function endStop(service: Database, run: RunRef): Promise<boolean> {
  return await callService(
    service,
    run.requestId ?? 'coordinator',
    sql`app.end_stop(${run.jobId}, ${run.epoch})`,
  );
}
