import { type SQL, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import type { OutboxMessage } from '../../queues/outbox.ts';

/** Tells the room of the entered project which images went or came back; `ids` is a jsonb array. */
export function imagesEvent(
  ctx: RequestContext,
  type: 'images.deleted' | 'images.restored',
  ids: SQL,
): OutboxMessage {
  const actorId = ctx.actor.kind === 'user' ? ctx.actor.userId : null;
  return {
    topic: 'room.publish',
    payload: sql`select jsonb_build_object('projectId', app.tenant(), 'events', jsonb_build_array(jsonb_build_object(
      'user', ${actorId}::text, 'type', ${type}::text, 'data', jsonb_build_object('ids', ${ids}))))`,
  };
}
