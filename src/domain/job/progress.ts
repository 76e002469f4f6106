import { type SQL, sql } from 'drizzle-orm';
import { crawlJobs, jobChunks, jobTotals } from '../../db/schema/job.ts';
import { rfc3339 } from '../../db/statement.ts';
import { countsView, type Job, type JobCounts } from './view.ts';

export interface Progress {
  jobId: string;
  status: Job['status'];
  total: number;
  /** URLs without a final result, those that wait for another try included. */
  pending: number;
  done: number;
  counts: JobCounts;
  /** Chunks handed out. */
  activeChunks: number;
  /** How often it was started: once, and again by each retry. */
  runs: number;
  /** Final results a second, lately. */
  rate: number;
  /** When the job is done at this rate; null when it is not under way or stands still. */
  estimatedEndAt: string | null;
  /** When the last run was. */
  startedAt: string | null;
  finishedAt: string | null;
  updatedAt: string;
}

/** Below this a rate says nothing about the end; results a second. */
const STANDSTILL = 0.01;

/** Selects the Progress of a job from one row of totals, whatever the size of the job; no row when it is gone. */
export function selectProgress(jobId: string): SQL {
  // The average starts at zero: divided by the share of it that the time since the start can have filled.
  const rate = sql`case when j.finished_at is not null or j.started_at is null then 0 else
    t.rate * exp(-greatest(0, extract(epoch from now() - t.updated_at)) / 10)
      / (1 - exp(-greatest(0.1, extract(epoch from now() - j.started_at)) / 10)) end`;
  return sql`select jsonb_build_object('jobId', j.id, 'status', j.status, 'total', j.total,
        'pending', open.urls, 'done', j.total - open.urls,
        'counts', ${countsView(sql`j.ended_by`)},
        'activeChunks', (select count(*) from ${jobChunks} c
          where c.job_id = j.id and c.status = 'sent' and j.finished_at is null),
        'runs', j.epoch, 'rate', round(speed.rate::numeric, 2),
        'estimatedEndAt', case when speed.rate > ${STANDSTILL}::real and j.status = 'running'
          then ${rfc3339(sql`now() + make_interval(secs => open.urls / speed.rate)`)} end,
        'startedAt', ${rfc3339(sql`j.started_at`)}, 'finishedAt', ${rfc3339(sql`j.finished_at`)},
        'updatedAt', ${rfc3339(sql`t.updated_at`)})
      from ${crawlJobs} j join ${jobTotals} t on t.job_id = j.id,
        lateral (select case when j.ended_by is null then t.pending + t.deferred else 0 end as urls) open,
        lateral (select ${rate} as rate) speed
      where j.id = ${jobId}`;
}
