import { sql } from 'drizzle-orm';
import { runBatch, values } from '../db/batch.ts';
import { enter } from '../db/statement.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { Services } from '../services.ts';

/** A job under way says something at least this often, so a longer silence means that its coordinator is lost. */
const SILENCE_MINUTES = 5;
/** A stop is over sooner, unless its coordinator is lost. */
const STOP_SILENCE_MINUTES = 1;
const JOBS_A_RUN = 100;

/**
 * Calls on the coordinators of jobs under way that have been silent. Those that lost everything read it from Postgres
 * again, so that no job waits for what was lost. Returns how many there were.
 */
export async function reviveJobs(services: Services): Promise<number> {
  const results = await runBatch(
    services.db.service,
    [
      enter(null, 'watchdog'),
      // Touching the row keeps the next run from calling again a minute later.
      sql`with silent as (
            select t.job_id, j.epoch, j.status from job_totals t join crawl_jobs j on j.id = t.job_id
            where j.status in ('planning', 'queued', 'running', 'stopping') and t.updated_at < now() - make_interval(mins =>
              case j.status when 'stopping' then ${STOP_SILENCE_MINUTES}::integer else ${SILENCE_MINUTES}::integer end)
            limit ${JOBS_A_RUN})
          update job_totals t set updated_at = now() from silent where t.job_id = silent.job_id
          returning jsonb_build_object('jobId', silent.job_id, 'epoch', silent.epoch, 'status', silent.status)`,
    ],
    { deadline: 'write' },
  );
  const silent = values<{ jobId: string; epoch: number; status: string }>(results[1]);
  await Promise.all(
    silent.map(async (job) => {
      const coordinator = services.coordinator(job.jobId);
      const call = job.status === 'stopping' ? coordinator.stop(job) : coordinator.revive(job);
      await withDeadline(call, services.settings.deadlines.coordinatorMs, 'the coordinator');
    }),
  );
  return silent.length;
}
