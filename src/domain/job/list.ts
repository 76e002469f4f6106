import { desc, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { crawlJobs } from '../../db/schema/job.ts';
import { enterProject, select } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Job, jobView } from './view.ts';

/** The jobs of a project, newest first. */
export async function listJobs(ctx: RequestContext, projectId: string, page: PageInput): Promise<Page<Job>> {
  requireUser(ctx);
  const rows = await read<Job>(ctx, {
    from: 'replica',
    authorize: enterProject(projectId, 'viewer'),
    query: select
      .select({ json: jobView })
      .from(crawlJobs)
      .where(
        sql`${crawlJobs.projectId} = ${projectId}
          and (${page.after}::text is null or ${crawlJobs.id} < ${page.after})`,
      )
      .orderBy(desc(crawlJobs.id))
      .limit(page.limit + 1),
  });
  return toPage(rows, page.limit, (job) => job.id);
}
