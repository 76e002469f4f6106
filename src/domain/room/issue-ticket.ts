import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { type MemberRole, projectMembers } from '../../db/schema/project.ts';
import { enterProject } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import { TICKET_TTL_MS } from '../../rooms/ticket.ts';
import { requireUser } from '../account/require-user.ts';

export interface RoomTicket {
  ticket: string;
  /** RFC 3339. */
  expiresAt: string;
  /** The path of the socket. */
  url: string;
}

/** A ticket to the room of a project, for its members. Errors: `not_found` for anybody else. */
export async function issueRoomTicket(ctx: RequestContext, projectId: string): Promise<RoomTicket> {
  const caller = requireUser(ctx);
  const { userId } = caller;
  // By this the room ends its sockets when the session or the key is revoked.
  const session = caller.kind === 'user' ? caller.sessionId : caller.keyId;
  const [guest] = await read<{ name: string; role: MemberRole }>(ctx, {
    // The ticket is believed for as long as it lasts: nobody gets one by a membership that has just ended.
    from: 'primary',
    authorize: enterProject(projectId, 'viewer'),
    query: sql`select jsonb_build_object('name', p.name, 'role', m.role)
      from ${projectMembers} m cross join lateral app.member_person(m.user_id) p
      where m.project_id = ${projectId} and m.user_id = ${userId}`,
  });
  if (!guest) throw new AppError('not_found', '');
  const issuedAt = ctx.services.clock.now();
  return {
    ticket: ctx.services.tickets.issue(projectId, { user: userId, ...guest, session, issuedAt }),
    expiresAt: new Date(issuedAt + TICKET_TTL_MS).toISOString(),
    url: `/v1/projects/${projectId}/room`,
  };
}
