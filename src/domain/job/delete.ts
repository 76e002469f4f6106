import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { crawlJobs } from '../../db/schema/job.ts';
import { enterProjectOfJob, must } from '../../db/statement.ts';
import { write } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';

/**
 * Deletes a job and its items; its images stay. Needs the role editor. Errors: `illegal_state` while the job
 * is under way.
 */
export async function deleteJob(ctx: RequestContext, jobId: string) {
  requireUser(ctx);
  return await write(ctx, {
    authorize: enterProjectOfJob(jobId, 'editor'),
    effects: [
      sql`select app.lock_job(${jobId},
          array['draft', 'stopped', 'completed', 'completed_with_errors', 'failed'])`,
      must(sql`delete from ${crawlJobs} where id = ${jobId} returning id`, 'not_found'),
    ],
    activity: { action: 'job.deleted', subjectId: jobId, projectId: sql`app.tenant()` },
    status: 204,
  });
}
