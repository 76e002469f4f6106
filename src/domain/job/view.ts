import { type SQL, sql } from 'drizzle-orm';
import type { JobOptions } from '../../crawl/job-options.ts';
import { crawlItems, crawlJobs, type ItemStatus, type JOB_STATUSES, jobTotals } from '../../db/schema/job.ts';
import { rfc3339 } from '../../db/statement.ts';

/** How many URLs of a job are where. */
export interface JobCounts {
  pending: number;
  stored: number;
  duplicateExact: number;
  rejected: number;
  blocked: number;
  failed: number;
  skipped: number;
}

export interface Job {
  id: string;
  projectId: string;
  kind: 'urls';
  status: (typeof JOB_STATUSES)[number];
  options: JobOptions;
  /** Different URLs in the job. */
  total: number;
  counts: JobCounts;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

/** The counts of the totals row `t`. */
export const countsView = sql`jsonb_build_object('pending', t.pending, 'stored', t.stored,
  'duplicateExact', t.duplicate_exact, 'rejected', t.rejected, 'blocked', t.blocked, 'failed', t.failed,
  'skipped', t.skipped)`;

export const jobView: SQL<Job> = sql`jsonb_build_object(
  'id', ${crawlJobs.id}, 'projectId', ${crawlJobs.projectId}, 'kind', ${crawlJobs.kind},
  'status', ${crawlJobs.status}, 'options', ${crawlJobs.options}, 'total', ${crawlJobs.total},
  'counts', (select ${countsView} from ${jobTotals} t where t.job_id = ${crawlJobs.id}),
  'createdAt', ${rfc3339(crawlJobs.createdAt)}, 'startedAt', ${rfc3339(crawlJobs.startedAt)},
  'finishedAt', ${rfc3339(crawlJobs.finishedAt)})`;

export interface Item {
  /** The item's place in the job, as text. */
  id: string;
  url: string;
  status: ItemStatus;
  reason: string | null;
  detail: string | null;
  imageId: string | null;
  updatedAt: string;
}

export const itemView: SQL<Item> = sql`jsonb_build_object(
  'id', ${crawlItems.position}::text, 'url', ${crawlItems.url}, 'status', ${crawlItems.status},
  'reason', ${crawlItems.reason}, 'detail', ${crawlItems.detail}, 'imageId', ${crawlItems.imageId},
  'updatedAt', ${rfc3339(crawlItems.updatedAt)})`;
