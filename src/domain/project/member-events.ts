import { type SQL, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { CLOSE } from '../../rooms/protocol.ts';
import { type RoomMessage, roomEvent } from '../room/room-event.ts';

interface MemberEventParts {
  projectId: SQL | string;
  /** Whose sockets the room closes: for good when they are no member any more, else to come back with the new role. */
  dismissed?: { userId: string; why: 'removed' | 'changed' };
  /** For a change that may turn out to be none. */
  onlyIf?: SQL;
}

/** The outbox messages that tell a project's room that its members, or their roles, have changed. */
export function memberEvents(ctx: RequestContext, parts: MemberEventParts): RoomMessage[] {
  const { projectId, dismissed, onlyIf = sql`true` } = parts;
  const published = roomEvent(ctx, { projectId, type: 'members.changed', onlyIf });
  if (!dismissed) return [published];
  const code = dismissed.why === 'removed' ? CLOSE.forbidden : CLOSE.token;
  const closed: RoomMessage = {
    topic: 'room.dismiss',
    payload: sql`select jsonb_build_object('projectId', ${projectId}::text, 'userId', ${dismissed.userId}::text,
      'code', ${code}::integer)`,
    onlyIf,
  };
  return [published, closed];
}
