import { type ClientFrame, LIMITS, type RoomFrame } from '../../src/rooms/protocol.ts';
import type { EventLog } from './event-log.ts';
import type { Session } from './link.ts';
import { isLonger } from './read-frames.ts';

/** What the Worker tells of what was committed: nobody else may say that it happened. */
const WORKER_TYPE = /^(image|job|member|project)/;

type Answer = Extract<RoomFrame, { k: 'ack' | 'nack' }>;

/** Publishes what a member says, if they may say it. An ack means that it is durable. */
export function answerPub(
  log: EventLog,
  { user, role }: Pick<Session, 'user' | 'role'>,
  { id, type, data }: Extract<ClientFrame, { k: 'pub' }>,
): Answer {
  const refuse = (message: string): Answer => ({ k: 'nack', id, code: 'forbidden', message });
  if (role === 'viewer') return refuse('Viewers only look.');
  if (WORKER_TYPE.test(type)) return refuse('Only Darkroom itself says this.');
  // `1e20` is written out: what was short when it came may be long as it is kept and sent.
  if (isLonger(JSON.stringify(data), LIMITS.durableBytes))
    return { k: 'nack', id, code: 'too_large', message: 'An event has at most 64 KiB.' };
  const { seq, isNew } = log.publish({ id, user, type, data });
  return { k: 'ack', id, seq, ...(!isNew && { dup: true }) };
}
