import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';

/** URLs a slice: well within a write's deadline. */
const SLICE = 2_000;

/** Resets the next slice of what a retry takes up again; true when none is left. */
export async function replan(service: Database, run: RunRef): Promise<boolean> {
  return await callService(
    service,
    run.requestId ?? 'coordinator',
    sql`app.replan(${run.jobId}, ${run.epoch}, ${SLICE})`,
  );
}
