import { asc, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { jobSources } from '../../db/schema/job.ts';
import { enterProjectOfJob, select } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Source, sourceView } from './view.ts';

/** The pages and sitemaps that a job looks for URLs in, in the order they were found. */
export async function listSources(
  ctx: RequestContext,
  jobId: string,
  page: PageInput,
): Promise<Page<Source>> {
  requireUser(ctx);
  const after = page.after === null ? -1 : Number(page.after);
  const rows = await read<Source>(ctx, {
    from: 'replica',
    authorize: enterProjectOfJob(jobId, 'viewer'),
    query: select
      .select({ json: sourceView })
      .from(jobSources)
      .where(sql`${jobSources.jobId} = ${jobId} and ${jobSources.position} > ${after}`)
      .orderBy(asc(jobSources.position))
      .limit(page.limit + 1),
  });
  return toPage(rows, page.limit, (source) => source.id);
}
