import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { type MemberRole, projectMembers } from '../../db/schema/project.ts';
import { enterProject, rfc3339 } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';

export interface Member {
  userId: string;
  name: string;
  email: string;
  role: MemberRole;
  createdAt: string;
}

/** The members of a project, for its members. */
export async function listMembers(
  ctx: RequestContext,
  projectId: string,
  page: PageInput,
): Promise<Page<Member>> {
  requireUser(ctx);
  const rows = await read<Member>(ctx, {
    authorize: enterProject(projectId, 'viewer'),
    query: sql`select jsonb_build_object('userId', m.user_id, 'name', p.name, 'email', p.email,
        'role', m.role, 'createdAt', ${rfc3339(sql`m.created_at`)})
      from ${projectMembers} m join app.project_people() p on p.user_id = m.user_id
      where m.project_id = ${projectId} and (${page.after}::text is null or m.user_id > ${page.after})
      order by m.user_id limit ${page.limit + 1}`,
  });
  return toPage(rows, page.limit, (member) => member.userId);
}
