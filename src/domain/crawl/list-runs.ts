import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import { runBatch, values } from '../../db/batch.ts';
import type { Database } from '../../db/client.ts';
import { enter } from '../../db/statement.ts';

/** The runs that may have URLs to work on, the newest jobs first, fifty at most. */
export async function listRuns(service: Database): Promise<RunRef[]> {
  const runs = sql`select jsonb_build_object('jobId', id, 'epoch', epoch) from crawl_jobs
    where status in ('queued', 'running') order by id desc limit 50`;
  const results = await runBatch(service, [enter(null, 'consumer'), runs], { deadline: 'read' });
  return values<RunRef>(results[1]);
}
