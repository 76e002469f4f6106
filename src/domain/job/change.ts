import { eq, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import type { JobOptions } from '../../crawl/job-options.ts';
import { crawlJobs } from '../../db/schema/job.ts';
import { enterProjectOfJob, select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';
import { type Job, jobView } from './view.ts';

/** Replaces the options of a draft. Needs the role editor. Errors: `illegal_state` when the job is no draft. */
export async function changeJob(
  ctx: RequestContext,
  jobId: string,
  input: { options: JobOptions },
): Promise<Written<Job>> {
  requireUser(ctx);
  return await write<Job>(ctx, {
    authorize: enterProjectOfJob(jobId, 'editor'),
    effects: [
      sql`select app.lock_job(${jobId}, array['draft'])`,
      sql`update ${crawlJobs} set options = ${JSON.stringify(input.options)}::jsonb where id = ${jobId}`,
    ],
    activity: { action: 'job.changed', subjectId: jobId, projectId: sql`app.tenant()`, data: input },
    status: 200,
    reply: select.select({ json: jobView }).from(crawlJobs).where(eq(crawlJobs.id, jobId)),
  });
}
