import { sql } from 'drizzle-orm';
import { tagList } from '../../cache/tag-sql.ts';
import { REVOCATION_MS } from '../account/revoke-sessions.ts';
import type { RequestContext } from '../../context.ts';
import type { MemberRole } from '../../db/schema/project.ts';
import { enterMembers } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { requirePerson } from '../account/require-person.ts';
import { memberEvents } from './member-events.ts';
import { type Member, memberQuery } from './member-view.ts';

/**
 * Gives a member another role. Needs the role owner. Who is no owner any more has no open invitations. Errors:
 * `illegal_state` when nobody would be left as owner.
 */
export async function changeMember(
  ctx: RequestContext,
  projectId: string,
  input: { userId: string; role: MemberRole },
): Promise<Written<Member>> {
  requirePerson(ctx);
  const { userId, role } = input;
  const before = sql`current_setting('app.role_before')`;
  const hasChanged = sql`${before} <> ${role}`;
  return await write<Member>(ctx, {
    authorize: enterMembers(projectId, 'owner'),
    effects: [sql`select set_config('app.role_before', app.change_member(${userId}, ${role})::text, true)`],
    activity: {
      action: 'member.changed',
      subjectId: userId,
      projectId,
      data: sql`select jsonb_build_object('from', ${before}, 'to', ${role}::text)`,
      onlyIf: hasChanged,
    },
    tags: tagList(`user:${userId}`),
    outbox: memberEvents(ctx, { projectId, dismissed: { userId, why: 'changed' }, onlyIf: hasChanged }),
    status: 200,
    settleOutboxMs: REVOCATION_MS,
    reply: sql`${memberQuery} where m.project_id = ${projectId} and m.user_id = ${userId}`,
  });
}
