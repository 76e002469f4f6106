import type { RequestContext } from '../../context.ts';
import type { OutboxMessage } from '../../queues/outbox.ts';

/** Tells the room of a project that its facts, or its members, are to be read again. */
export function projectEvent(
  ctx: RequestContext,
  projectId: string,
  type: 'project.changed' | 'members.changed',
): OutboxMessage {
  const user = ctx.actor.kind === 'user' ? ctx.actor.userId : null;
  return { topic: 'room.publish', payload: { projectId, events: [{ user, type, data: {} }] } };
}
