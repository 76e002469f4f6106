import { sql } from 'drizzle-orm';
import { tagList } from '../../cache/tag-sql.ts';
import { REVOCATION_MS } from '../account/revoke-sessions.ts';
import type { RequestContext } from '../../context.ts';
import { enterMembers } from '../../db/statement.ts';
import { write } from '../../db/write.ts';
import { requirePerson } from '../account/require-person.ts';
import { memberEvents } from './member-events.ts';

/**
 * Removes a member, for which it needs the role owner, or lets the caller leave. Their open invitations go along.
 * Errors: `illegal_state` when nobody would be left as owner.
 */
export async function removeMember(ctx: RequestContext, projectId: string, userId: string) {
  const isLeaving = requirePerson(ctx).userId === userId;
  return await write(ctx, {
    authorize: enterMembers(projectId, isLeaving ? 'viewer' : 'owner'),
    effects: [],
    tags: tagList(`user:${userId}`),
    outbox: memberEvents(ctx, { projectId, dismissed: { userId, why: 'removed' } }),
    activity: { action: isLeaving ? 'member.left' : 'member.removed', subjectId: userId, projectId },
    // Who has left may write nothing into the project, also no activity.
    lastly: [sql`select app.remove_member(${userId})`],
    status: 204,
    settleOutboxMs: REVOCATION_MS,
  });
}
