import * as z from 'zod/mini';
import { presenceData, ROLES } from '../../src/rooms/protocol.ts';
import type { RoomGuest } from '../../src/rooms/room.ts';
import { once } from '../../src/lib/once.ts';

export const NOT_REPEATED = { bytes: 0, upTo: 0 };

/**
 * What is kept with a socket, and with it outlives the object in memory: the truth about who is there. Ids and cursors
 * only, for the platform takes 16 KiB. Times are ms since 1970.
 */
export const session = once(() =>
  z.object({
    /** Of this socket; a session that connects again has another one. */
    id: z.string(),
    user: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    /** Of the account: with it the socket ends. */
    signIn: z._default(z.string(), ''),
    acceptedAt: z.number(),
    expiresAt: z.number(),
    /** The last frame; pings are not seen by the object. */
    heardAt: z.number(),
    /** The client's session; null until its `hello`. */
    sid: z.nullable(z.string()),
    data: presenceData(),
    /** When it last said what it is doing. */
    spokeAt: z.number(),
    /** Presence was at this version when the socket changed it; the highest of all sockets counts. */
    presenceVersion: z.number(),
    /** The newest event that the client says it has. */
    seen: z.number(),
    /** The newest event that it was sent while it catches up; null: it is live, and has what all live ones have. */
    sentTo: z.nullable(z.number()),
    /** When it last came nearer while it catches up. */
    movedAt: z.number(),
    /** Bytes it was sent before it said `hello` again: unseen until it says `seen` of the sequence after them. */
    repeated: z._default(z.object({ bytes: z.number(), upTo: z.number() }), NOT_REPEATED),
    /** When another `hello` is due; one may come before that. */
    helloDueAt: z._default(z.number(), 0),
    /** Closed by us: the platform still lists it until the other end has answered. */
    isClosed: z.boolean(),
  }),
);
export type Session = z.infer<ReturnType<typeof session>>;

/** One socket, as the room sees it. */
export interface Link {
  readonly session: Readonly<Session>;
  /** Keeps what has changed with the socket. */
  change(part: Partial<Session>): void;
  /** Ms since 1970 of whatever came last: a frame or a ping. */
  heardAt(): number;
  send(message: string): void;
  close(code: number, reason: string): void;
}

/** A socket that was just accepted. */
export function newSession(
  identity: Pick<RoomGuest, 'user' | 'name' | 'role' | 'session'>,
  now: number,
  expiresAt: number,
): Session {
  return {
    id: crypto.randomUUID(),
    user: identity.user,
    name: identity.name,
    role: identity.role,
    signIn: identity.session,
    acceptedAt: now,
    expiresAt,
    heardAt: now,
    sid: null,
    data: {},
    spokeAt: 0,
    presenceVersion: 0,
    seen: 0,
    sentTo: null,
    movedAt: now,
    repeated: NOT_REPEATED,
    helloDueAt: 0,
    isClosed: false,
  };
}
