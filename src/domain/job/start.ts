import { eq, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { crawlJobs } from '../../db/schema/job.ts';
import { enterProjectOfJob, select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';
import { CHUNK_SIZE } from './create.ts';
import { type Job, jobView } from './view.ts';

/**
 * Starts a draft; starting a job under way changes nothing. Needs the role editor. Errors: `illegal_state`
 * with the current state for a job that has ended.
 */
export async function startJob(ctx: RequestContext, jobId: string): Promise<Written<Job>> {
  requireUser(ctx);
  // Left by app.start_job in the same transaction.
  const hasMoved = sql`current_setting('app.moved') = ${jobId}`;
  return await write<Job>(ctx, {
    authorize: enterProjectOfJob(jobId, 'editor'),
    effects: [sql`select app.start_job(${jobId})`],
    activity: { action: 'job.started', subjectId: jobId, projectId: sql`app.tenant()`, onlyIf: hasMoved },
    outbox: [
      {
        topic: 'job.started',
        payload: sql`select jsonb_build_object('jobId', id, 'epoch', epoch,
          'chunks', ceil(total::numeric / ${CHUNK_SIZE}::integer)) from ${crawlJobs} where id = ${jobId}`,
        onlyIf: hasMoved,
      },
    ],
    status: 200,
    reply: select.select({ json: jobView }).from(crawlJobs).where(eq(crawlJobs.id, jobId)),
  });
}
