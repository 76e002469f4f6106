import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod/mini';
import { ROLES } from './protocol.ts';
import type { RoomGuest } from './room.ts';
import { once } from '../lib/once.ts';

/** From the ticket's issue to the handshake; the socket that it opened lives longer. */
export const TICKET_TTL_MS = 5 * 60_000;
/** Far above what a name of the longest kind needs; a header must not be work. */
const MAX_TICKET_LENGTH = 2_000;

/** `stale` and `malformed`: come back with a fresh one; `foreign`: it opens another project's room. */
export type TicketFault = 'malformed' | 'foreign' | 'stale';

export interface TicketSigner {
  /** A ticket to the room of a project, for `TICKET_TTL_MS` from the guest's `issuedAt`. */
  issue(projectId: string, guest: RoomGuest): string;
  /** The guest of a ticket, or what is wrong with it. `now` in ms since 1970. */
  verify(ticket: string, projectId: string, now: number): { guest: RoomGuest } | { fault: TicketFault };
}

const claim = once(() =>
  z.object({
    project: z.string(),
    user: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    session: z.string(),
    issuedAt: z.number(),
  }),
);

/**
 * HMAC-SHA-256 over all that a ticket says, under a key derived for this purpose alone. A ticket is `claim.signature` in
 * base64url, which is what a subprotocol may be made of (RFC 9110 token).
 */
export function createTicketSigner(secret: string): TicketSigner {
  function sign(encoded: string): Buffer {
    return createHmac('sha256', `room-ticket:${secret}`).update(encoded).digest();
  }

  return {
    issue(projectId, { user, name, role, session, issuedAt }) {
      const text = JSON.stringify({ project: projectId, user, name, role, session, issuedAt });
      const encoded = Buffer.from(text).toString('base64url');
      return `${encoded}.${sign(encoded).toString('base64url')}`;
    },
    verify(ticket, projectId, now) {
      const [encoded = '', signature = '', ...more] = ticket.split('.');
      const given = Buffer.from(signature, 'base64url');
      if (more.length > 0 || ticket.length > MAX_TICKET_LENGTH) return { fault: 'malformed' };
      const expected = sign(encoded);
      const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
      if (!isOurs) return { fault: 'malformed' };
      // One of ours from before a change of what a ticket says, at most.
      const claimed = claim().safeParse(JSON.parse(Buffer.from(encoded, 'base64url').toString()));
      if (!claimed.success) return { fault: 'malformed' };
      const { project, ...guest } = claimed.data;
      if (project !== projectId) return { fault: 'foreign' };
      return guest.issuedAt + TICKET_TTL_MS <= now ? { fault: 'stale' } : { guest };
    },
  };
}
