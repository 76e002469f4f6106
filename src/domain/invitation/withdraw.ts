import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { enterMembers } from '../../db/statement.ts';
import { write } from '../../db/write.ts';
import { requirePerson } from '../account/require-person.ts';

/** Takes an invitation back. Needs the role owner. Errors: `illegal_state` for one that was used. */
export async function withdrawInvitation(ctx: RequestContext, projectId: string, invitationId: string) {
  requirePerson(ctx);
  return await write(ctx, {
    authorize: enterMembers(projectId, 'owner'),
    effects: [sql`select app.withdraw_invitation(${invitationId})`],
    activity: { action: 'invitation.withdrawn', subjectId: invitationId, projectId },
    status: 204,
  });
}
