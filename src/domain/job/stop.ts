import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import type { Written } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';
import { moveJob } from './move.ts';
import type { Job } from './view.ts';

/**
 * Asks a job under way to stop: what is in hand is finished, the other URLs are skipped. Stopping twice changes
 * nothing. Needs the role editor. Errors: `illegal_state` for a draft and for a job that has ended.
 */
export async function stopJob(ctx: RequestContext, jobId: string): Promise<Written<Job>> {
  requireUser(ctx);
  return await moveJob(ctx, jobId, {
    effect: sql`select app.stop_job(${jobId})`,
    action: 'job.stopped',
    topic: 'job.stopping',
  });
}
