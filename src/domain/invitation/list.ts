import { desc, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { invitations } from '../../db/schema/invitation.ts';
import { enterProject, select } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Invitation, invitationView } from './view.ts';

/** The invitations of a project, newest first, also used and expired ones. Needs the role owner. */
export async function listInvitations(
  ctx: RequestContext,
  projectId: string,
  page: PageInput,
): Promise<Page<Invitation>> {
  requireUser(ctx);
  const rows = await read<Invitation>(ctx, {
    from: 'replica',
    authorize: enterProject(projectId, 'owner'),
    query: select
      .select({ json: invitationView })
      .from(invitations)
      .where(
        sql`${invitations.projectId} = ${projectId}
          and (${page.after}::text is null or ${invitations.id} < ${page.after})`,
      )
      .orderBy(desc(invitations.id))
      .limit(page.limit + 1),
  });
  return toPage(rows, page.limit, (invitation) => invitation.id);
}
