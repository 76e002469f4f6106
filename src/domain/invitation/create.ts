import { eq, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { invitations } from '../../db/schema/invitation.ts';
import type { MemberRole } from '../../db/schema/project.ts';
import { enterMembers, select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { hashToken } from '../account/session-token.ts';
import { requirePerson } from '../account/require-person.ts';
import { invitationToken } from './token.ts';
import { type Invitation, invitationView } from './view.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes an invitation, good for one person. Needs the role owner. The token is in no later reply. */
export async function createInvitation(
  ctx: RequestContext,
  projectId: string,
  input: { role: MemberRole; expiresInDays: number },
): Promise<Written<Invitation & { token: string }>> {
  requirePerson(ctx);
  const secret = ctx.services.config.MEDIA_SIGNING_KEY;
  const id = newId('inv');
  const tokenHash = await hashToken(invitationToken(secret, id));
  const expiresAt = new Date(ctx.services.clock.now() + input.expiresInDays * DAY_MS);
  const written = await write<Invitation>(ctx, {
    authorize: enterMembers(projectId, 'owner'),
    effects: [
      sql`select app.make_invitation(${id}, ${input.role}, decode(${tokenHash}, 'hex'),
        ${expiresAt.toISOString()})`,
    ],
    activity: { action: 'invitation.created', subjectId: id, projectId, data: { role: input.role } },
    status: 201,
    reply: select.select({ json: invitationView }).from(invitations).where(eq(invitations.id, id)),
  });
  // A repeated request finds the invitation that the first one made.
  const token = invitationToken(secret, written.body.id);
  return { ...written, body: { ...written.body, token } };
}
