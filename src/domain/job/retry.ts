import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import type { ItemStatus } from '../../db/schema/job.ts';
import type { Written } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';
import { moveJob } from './move.ts';
import type { Job } from './view.ts';

export interface RetryInput {
  /** Final statuses to take up again besides what has no result yet. */
  statuses: Exclude<ItemStatus, 'pending' | 'deferred' | 'stored'>[];
  /** Only items with one of these reasons; all when null. */
  reasons: string[] | null;
}

/**
 * Takes up an ended job again; retrying a job under way changes nothing. Needs the role editor. Errors:
 * `illegal_state` for a draft and for a job that is stopping.
 */
export async function retryJob(ctx: RequestContext, jobId: string, input: RetryInput): Promise<Written<Job>> {
  requireUser(ctx);
  return await moveJob(ctx, jobId, {
    effect: sql`select app.retry_job(${jobId}, ${JSON.stringify(input)}::jsonb)`,
    action: 'job.retried',
    topic: 'job.started',
  });
}
