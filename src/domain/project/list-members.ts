import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { enterProject } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Member, memberQuery } from './member-view.ts';

/** The members of a project, for its members. */
export async function listMembers(
  ctx: RequestContext,
  projectId: string,
  page: PageInput,
): Promise<Page<Member>> {
  requireUser(ctx);
  const rows = await read<Member>(ctx, {
    from: 'replica',
    authorize: enterProject(projectId, 'viewer'),
    query: sql`${memberQuery}
      where m.project_id = ${projectId} and (${page.after}::text is null or m.user_id > ${page.after})
      order by m.user_id limit ${page.limit + 1}`,
  });
  return toPage(rows, page.limit, (member) => member.userId);
}
