import { eq } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { crawlJobs } from '../../db/schema/job.ts';
import { enterProjectOfJob, select } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import { requireUser } from '../account/require-user.ts';
import { type Job, jobView } from './view.ts';

export async function getJob(ctx: RequestContext, jobId: string): Promise<Job> {
  requireUser(ctx);
  const [job] = await read<Job>(ctx, {
    from: 'replica',
    authorize: enterProjectOfJob(jobId, 'viewer'),
    query: select.select({ json: jobView }).from(crawlJobs).where(eq(crawlJobs.id, jobId)),
  });
  if (!job) throw new AppError('not_found', '');
  return job;
}
