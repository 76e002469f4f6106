import { desc, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { projects } from '../../db/schema/project.ts';
import { select } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Project, projectView } from './view.ts';

/** The projects the caller is a member of, newest first. */
export async function listProjects(ctx: RequestContext, page: PageInput): Promise<Page<Project>> {
  requireUser(ctx);
  const rows = await read<Project>(ctx, {
    from: 'replica',
    query: select
      .select({ json: projectView })
      .from(projects)
      .where(
        sql`${projects.id} in (select app.own_projects())
          and (${page.after}::text is null or ${projects.id} < ${page.after})`,
      )
      .orderBy(desc(projects.id))
      .limit(page.limit + 1),
  });
  return toPage(rows, page.limit, (project) => project.id);
}
