import * as z from 'zod/mini';
import { withDeadline } from '../lib/deadline.ts';
import { ROLES } from './protocol.ts';
import type { RoomGuest, RoomNamespace } from './room.ts';
import { once } from '../lib/once.ts';

/** Set by the Worker once a ticket was verified. No header of the client's own goes on to the object. */
const GUEST_HEADER = 'x-room-guest';

const guestShape = once(() =>
  z.object({
    user: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    session: z.string(),
    issuedAt: z.number(),
  }),
);

/** Opens a socket of the project's room for a verified guest. Fails closed after `deadlineMs`. */
export async function connectToRoom(
  namespace: RoomNamespace,
  projectId: string,
  guest: RoomGuest,
  deadlineMs: number,
): Promise<Response> {
  // Header values are Latin-1, names are not.
  const header = Buffer.from(JSON.stringify(guest)).toString('base64url');
  const headers = { upgrade: 'websocket', [GUEST_HEADER]: header };
  const room = namespace.get(namespace.idFromName(projectId));
  return await withDeadline(room.fetch('http://room/', { headers }), deadlineMs, 'the room');
}

/** Whom the Worker lets in, on the object's side. */
export function readGuest(headers: Headers): RoomGuest {
  const text = Buffer.from(headers.get(GUEST_HEADER) ?? '', 'base64url').toString();
  return guestShape().parse(JSON.parse(text));
}
