import { type SQL, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { CLOSE } from '../../rooms/protocol.ts';

interface MemberEvent {
  topic: 'room.publish' | 'room.dismiss';
  payload: SQL;
  onlyIf: SQL;
}

interface MemberEventParts {
  projectId: SQL | string;
  /** Whose sockets the room closes: for good when they are no member any more, else to come back with the new role. */
  dismissed?: { userId: string; why: 'removed' | 'changed' };
  /** For a change that may turn out to be none. */
  onlyIf?: SQL;
}

/** The outbox messages that tell a project's room that its members, or their roles, have changed. */
export function memberEvents(ctx: RequestContext, parts: MemberEventParts): MemberEvent[] {
  const { projectId, dismissed, onlyIf = sql`true` } = parts;
  const actorId = ctx.actor.kind === 'user' ? ctx.actor.userId : null;
  const published: MemberEvent = {
    topic: 'room.publish',
    payload: sql`select jsonb_build_object('projectId', ${projectId}::text, 'events',
      jsonb_build_array(jsonb_build_object('user', ${actorId}::text, 'type', 'members.changed', 'data', '{}'::jsonb)))`,
    onlyIf,
  };
  if (!dismissed) return [published];
  const code = dismissed.why === 'removed' ? CLOSE.forbidden : CLOSE.token;
  const closed: MemberEvent = {
    topic: 'room.dismiss',
    payload: sql`select jsonb_build_object('projectId', ${projectId}::text, 'userId', ${dismissed.userId}::text,
      'code', ${code}::integer)`,
    onlyIf,
  };
  return [published, closed];
}
