import { createHash } from 'node:crypto';
import { eq, type SQL, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { crawlJobs } from '../../db/schema/job.ts';
import { enterProjectOfJob, select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';
import { type ItemContext, type Job, jobView } from './view.ts';

export interface GivenUrl {
  /** Canonical, see canonicalUrl. */
  url: string;
  context?: ItemContext | null;
}

/** The JSON that app.add_items and app.add_sources take, with each URL's hash. */
export function hashed<T extends { url: string }>(urls: T[]): string {
  return JSON.stringify(
    urls.map((one) => ({ ...one, hash: createHash('sha256').update(one.url).digest('hex') })),
  );
}

/**
 * Adds URLs to run 0 of a job, which is its draft. Ten thousand take a second, so that they get no more time than
 * other writes: app.enter ends a statement after 10 s, and a longer deadline would wait for nothing.
 */
export function addItems(jobId: string, urls: GivenUrl[]): SQL {
  return sql`select app.add_items(${jobId}, 0, ${hashed(urls)}::jsonb)`;
}

/**
 * Adds URLs to a draft; those it has already are left out, so that a repetition changes nothing. Needs the role
 * editor. Errors: `illegal_state` when the job is no draft.
 */
export async function addUrls(ctx: RequestContext, jobId: string, urls: GivenUrl[]): Promise<Written<Job>> {
  requireUser(ctx);
  return await write<Job>(ctx, {
    authorize: enterProjectOfJob(jobId, 'editor'),
    effects: [addItems(jobId, urls)],
    activity: {
      action: 'job.changed',
      subjectId: jobId,
      projectId: sql`app.tenant()`,
      data: { urls: urls.length },
    },
    status: 200,
    reply: select.select({ json: jobView }).from(crawlJobs).where(eq(crawlJobs.id, jobId)),
  });
}
