import { type SQL, sql } from 'drizzle-orm';
import { actorIdOf, type RequestContext } from '../../context.ts';
import type { OutboxMessage } from '../../queues/outbox.ts';
import type { ProjectEventType } from '../../rooms/protocol.ts';

interface RoomEventParts {
  /** Default: the project that the batch has entered. */
  projectId?: SQL | string;
  type: ProjectEventType;
  /** A jsonb value of the type's shape; default: {}. */
  data?: SQL;
  /** For a change that may turn out to be none. */
  onlyIf?: SQL;
}

/** A message whose payload only the database knows. */
export type RoomMessage = OutboxMessage & { payload: SQL; onlyIf: SQL };

/** The outbox message that tells a project's room what the caller did. */
export function roomEvent(ctx: RequestContext, parts: RoomEventParts): RoomMessage {
  const { projectId = sql`app.tenant()`, type, data = sql`'{}'::jsonb`, onlyIf = sql`true` } = parts;
  const user = actorIdOf(ctx.actor);
  return {
    topic: 'room.publish',
    payload: sql`select jsonb_build_object('projectId', ${projectId}::text, 'events', jsonb_build_array(
      jsonb_build_object('user', ${user}::text, 'type', ${type}::text, 'data', ${data}, 'bookmark', app.bookmark())))`,
    onlyIf,
  };
}
