import { sql } from 'drizzle-orm';
import { tagList } from '../../cache/tag-sql.ts';
import { REVOCATION_MS } from '../account/revoke-sessions.ts';
import type { RequestContext } from '../../context.ts';
import type { MemberRole } from '../../db/schema/project.ts';
import { type Written, write } from '../../db/write.ts';
import { requirePerson } from '../account/require-person.ts';
import { hashToken } from '../account/session-token.ts';
import { memberEvents } from '../project/member-events.ts';

const ACCEPTED = sql`current_setting('app.accepted')::jsonb`;
const hasJoined = sql`(${ACCEPTED} ->> 'hasJoined')::boolean`;

/**
 * Makes the caller a member by an invitation, or raises their role to its own. Who has accepted it already gets the
 * same answer; to a member whose role it would not raise nothing happens, and it stays good. Errors: `not_found`,
 * also when withdrawn; `invitation_used`, `invitation_expired`.
 */
export async function acceptInvitation(
  ctx: RequestContext,
  token: string,
): Promise<Written<{ projectId: string; role: MemberRole }>> {
  const { userId } = requirePerson(ctx);
  const tokenHash = await hashToken(token);
  return await write<{ projectId: string; role: MemberRole }>(ctx, {
    effects: [
      sql`select set_config('app.accepted', app.accept_invitation(decode(${tokenHash}, 'hex'))::text, true)`,
    ],
    activity: {
      action: 'member.joined',
      subjectId: userId,
      projectId: sql`(${ACCEPTED} ->> 'projectId')`,
      data: sql`select ${ACCEPTED} - 'projectId' - 'hasJoined'`,
      onlyIf: hasJoined,
    },
    tags: tagList(`user:${userId}`),
    outbox: memberEvents(ctx, {
      projectId: sql`(${ACCEPTED} ->> 'projectId')`,
      dismissed: { userId, why: 'changed' },
      onlyIf: hasJoined,
    }),
    status: 200,
    missing: 'There is no such invitation, or it was withdrawn.',
    settleOutboxMs: REVOCATION_MS,
    reply: sql`select ${ACCEPTED} - 'invitationId' - 'hasJoined'`,
  });
}
