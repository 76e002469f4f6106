import { CLOSE, HELLO_WITHIN_MS, SILENCE_MS, STALL_MS } from '../../src/rooms/protocol.ts';
import type { Link } from './link.ts';

export interface Deadline {
  /** Ms since 1970. */
  at: number;
  code: number;
  reason: string;
}

/** When a socket is closed if nothing changes, the earliest first. */
export function deadlineOf(link: Link): Deadline {
  const { acceptedAt, expiresAt, sid, sentTo, movedAt } = link.session;
  const deadlines: Deadline[] = [
    { at: expiresAt, code: CLOSE.token, reason: 'the session is over' },
    { at: link.heardAt() + SILENCE_MS, code: CLOSE.heartbeat, reason: 'nothing was heard' },
  ];
  if (sid === null)
    deadlines.push({ at: acceptedAt + HELLO_WITHIN_MS, code: CLOSE.heartbeat, reason: 'no hello' });
  if (sentTo !== null) deadlines.push({ at: movedAt + STALL_MS, code: CLOSE.slow, reason: 'too far behind' });
  return deadlines.reduce((first, deadline) => (deadline.at < first.at ? deadline : first));
}
