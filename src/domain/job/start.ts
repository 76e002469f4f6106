import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import type { Written } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';
import { moveJob } from './move.ts';
import type { Job } from './view.ts';

/**
 * Starts a draft; starting a job under way changes nothing. Needs the role editor. Errors: `illegal_state`
 * with the current state for a job that has ended.
 */
export async function startJob(ctx: RequestContext, jobId: string): Promise<Written<Job>> {
  requireUser(ctx);
  return await moveJob(ctx, jobId, {
    effect: sql`select app.start_job(${jobId})`,
    action: 'job.started',
    topic: 'job.started',
  });
}
