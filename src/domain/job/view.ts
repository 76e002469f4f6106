import { type SQL, sql, type SQLWrapper } from 'drizzle-orm';
import type { JobOptions } from '../../crawl/job-options.ts';
import {
  type CHUNK_STATUSES,
  crawlItems,
  crawlJobs,
  type ItemStatus,
  type JOB_STATUSES,
  jobChunks,
  type JobKind,
  jobSources,
  jobTotals,
} from '../../db/schema/job.ts';
import { rfc3339 } from '../../db/statement.ts';

/** How many URLs of a job are where. */
export interface JobCounts {
  pending: number;
  /** Waiting for another try. */
  deferred: number;
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
  kind: JobKind;
  status: (typeof JOB_STATUSES)[number];
  options: JobOptions;
  /** Different URLs in the job. */
  total: number;
  counts: JobCounts;
  /** Why URLs without a result got none. */
  endedBy: 'stopped' | 'limit' | null;
  /** Why the job failed as a whole. */
  failure: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

/** The counts of totals row `t`. In a job that was ended early, what has no result counts as skipped. */
export function countsView(endedBy: SQLWrapper): SQL {
  return sql`jsonb_build_object(
  'pending', case when ${endedBy} is null then t.pending else 0 end,
  'deferred', case when ${endedBy} is null then t.deferred else 0 end,
  'stored', t.stored, 'duplicateExact', t.duplicate_exact, 'rejected', t.rejected, 'blocked', t.blocked,
  'failed', t.failed,
  'skipped', t.skipped + case when ${endedBy} is null then 0 else t.pending + t.deferred end)`;
}

export const jobView: SQL<Job> = sql`jsonb_build_object(
  'id', ${crawlJobs.id}, 'projectId', ${crawlJobs.projectId}, 'kind', ${crawlJobs.kind},
  'status', ${crawlJobs.status}, 'options', ${crawlJobs.options}, 'total', ${crawlJobs.total},
  'counts', (select ${countsView(crawlJobs.endedBy)} from ${jobTotals} t where t.job_id = ${crawlJobs.id}),
  'endedBy', ${crawlJobs.endedBy}, 'failure', ${crawlJobs.failure},
  'createdAt', ${rfc3339(crawlJobs.createdAt)}, 'startedAt', ${rfc3339(crawlJobs.startedAt)},
  'finishedAt', ${rfc3339(crawlJobs.finishedAt)})`;

/** Where a URL was found. */
export interface ItemContext {
  pageUrl: string | null;
  alt: string | null;
  caption: string | null;
  licenseUrl: string | null;
}

export interface Item {
  /** The item's place in the job, as text. */
  id: string;
  url: string;
  status: ItemStatus;
  reason: string | null;
  detail: string | null;
  /** When a deferred item is tried again. */
  retryAt: string | null;
  context: ItemContext | null;
  imageId: string | null;
  updatedAt: string;
}

/** Of a row of crawl_items whose job is the only row of `job`, a subquery with `ended_by`. */
export const itemView: SQL<Item> = sql`jsonb_build_object(
  'id', ${crawlItems.position}::text, 'url', ${crawlItems.url},
  'status', case when ${crawlItems.status} in ('pending', 'deferred') and job.ended_by is not null
    then 'skipped' else ${crawlItems.status} end,
  'reason', case when ${crawlItems.status} in ('pending', 'deferred') then coalesce(job.ended_by, ${crawlItems.reason})
    else ${crawlItems.reason} end,
  'detail', ${crawlItems.detail},
  'retryAt', case when ${crawlItems.status} = 'deferred' and job.ended_by is null
    then ${rfc3339(crawlItems.retryAt)} end,
  'context', ${crawlItems.context}, 'imageId', ${crawlItems.imageId},
  'updatedAt', ${rfc3339(crawlItems.updatedAt)})`;

export interface Chunk {
  /** The chunk's number in the job, as text. */
  id: string;
  /** The host whose URLs it holds; empty for a chunk that hosts with few URLs share. */
  lane: string;
  status: (typeof CHUNK_STATUSES)[number];
  /** Tries of its URLs before this one. */
  attempt: number;
  /** URLs in it when it was planned. */
  size: number;
  notBefore: string;
  error: string | null;
  updatedAt: string;
}

export const chunkView: SQL<Chunk> = sql`jsonb_build_object(
  'id', ${jobChunks.chunk}::text, 'lane', ${jobChunks.lane}, 'status', ${jobChunks.status},
  'attempt', ${jobChunks.attempt}, 'size', ${jobChunks.size}, 'notBefore', ${rfc3339(jobChunks.notBefore)},
  'error', ${jobChunks.error}, 'updatedAt', ${rfc3339(jobChunks.updatedAt)})`;

/** A page or sitemap that a job looks for URLs in. */
export interface Source {
  /** The source's place in the job, as text. */
  id: string;
  kind: 'page' | 'sitemap';
  url: string;
  status: 'pending' | 'sent' | 'done' | 'blocked' | 'failed';
  reason: string | null;
  detail: string | null;
  /** URLs found in it, also those that the job had already. */
  found: number;
  updatedAt: string;
}

export const sourceView: SQL<Source> = sql`jsonb_build_object(
  'id', ${jobSources.position}::text, 'kind', ${jobSources.kind}, 'url', ${jobSources.url},
  'status', ${jobSources.status}, 'reason', ${jobSources.reason}, 'detail', ${jobSources.detail},
  'found', ${jobSources.found}, 'updatedAt', ${rfc3339(jobSources.updatedAt)})`;
