import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { enterProjectOfJob } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import { requireUser } from '../account/require-user.ts';
import { type Progress, selectProgress } from './progress.ts';

/** Reads one row of totals, whatever the size of the job. */
export async function getProgress(ctx: RequestContext, jobId: string): Promise<Progress> {
  requireUser(ctx);
  const [progress] = await read<Progress>(ctx, {
    from: 'replica',
    authorize: enterProjectOfJob(jobId, 'viewer'),
    query: selectProgress(jobId),
  });
  if (!progress) throw new AppError('not_found', '');
  return progress;
}
