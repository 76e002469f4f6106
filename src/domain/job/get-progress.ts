import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { crawlJobs, jobTotals } from '../../db/schema/job.ts';
import { enterProjectOfJob, rfc3339 } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import { requireUser } from '../account/require-user.ts';
import { countsView, type Job, type JobCounts } from './view.ts';

export interface Progress {
  jobId: string;
  status: Job['status'];
  total: number;
  pending: number;
  done: number;
  counts: JobCounts;
  startedAt: string | null;
  finishedAt: string | null;
  updatedAt: string;
}

/** Reads one row of totals, whatever the size of the job. */
export async function getProgress(ctx: RequestContext, jobId: string): Promise<Progress> {
  requireUser(ctx);
  const [progress] = await read<Progress>(ctx, {
    authorize: enterProjectOfJob(jobId, 'viewer'),
    query: sql`select jsonb_build_object('jobId', j.id, 'status', j.status, 'total', j.total,
        'pending', t.pending, 'done', j.total - t.pending,
        'counts', ${countsView},
        'startedAt', ${rfc3339(sql`j.started_at`)}, 'finishedAt', ${rfc3339(sql`j.finished_at`)},
        'updatedAt', ${rfc3339(sql`t.updated_at`)})
      from ${crawlJobs} j join ${jobTotals} t on t.job_id = j.id where j.id = ${jobId}`,
  });
  if (!progress) throw new AppError('not_found', '');
  return progress;
}
