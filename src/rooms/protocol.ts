/**
 * The wire of a room, for both ends: what a frame is, what may be in it, how large it may be, and why a socket is
 * closed. `docs/rooms-protocol.md` is normative and gives each rule an id. Unknown kinds and fields are ignored.
 */
import * as z from 'zod/mini';
import { idPattern } from '../lib/id.ts';
import { once } from '../lib/once.ts';

/** Offered first by the client, chosen by the room; the ticket is offered second. */
export const SUBPROTOCOL = 'rooms.v1';
/** Sent as it stands, and answered by the platform without waking the object. */
export const PING = '{"k":"ping"}';
export const PONG = '{"k":"pong"}';

/** Why a socket was closed: the code decides what the client does. */
export const CLOSE = {
  /** The ticket is not valid, or the time that it gave is over: come back with a fresh one. */
  token: 4001,
  /** Not, or no longer, a member: do not come back. */
  forbidden: 4003,
  /** The project is gone: do not come back. */
  gone: 4004,
  /** Too far behind: come back and resume. */
  slow: 4008,
  /** The same session has connected again: do not come back. */
  replaced: 4009,
  /** Too many frames: come back later. */
  rate: 4029,
  /** No place: come back later. */
  full: 4050,
  /** The room moves: come back after the time that `drain` named. */
  drain: 4090,
  /** A frame that is none: do not come back with it. */
  badFrame: 4400,
  /** Nothing was heard for too long: come back. */
  heartbeat: 4408,
} as const;

export const LIMITS = {
  /** Bytes of a durable frame, of a presence frame, and of any frame. */
  durableBytes: 64 * 1024,
  presenceBytes: 2 * 1024,
  /** A bucket of frames for each socket. */
  framesPerSecond: 20,
  frameBurst: 40,
  socketsPerUser: 10,
  sockets: 2_000,
  /** Events and bytes of one page of a resume. */
  pageEvents: 200,
  pageBytes: 256 * 1024,
  /** Events that somebody is sent who cannot resume: the newest. */
  newestEvents: 50,
  /** Events that a client may have been sent without having said `seen`: until it does, it is sent no more. */
  unseenEvents: 2_000,
  /** The same in bytes, of a socket and of a whole room: what nobody reads waits in memory, of which there are 128 MB. */
  unseenBytes: 1024 * 1024,
  roomUnseenBytes: 32 * 1024 * 1024,
} as const;

/** How often the client pings, and how long it waits for the answer. */
export const HEARTBEAT_MS = 30_000;
export const PONG_WITHIN_MS = 5_000;
/** How long a socket may wait with its `hello`. */
export const HELLO_WITHIN_MS = 5_000;
/** A socket may say `hello` again so often, and once more at once. */
export const HELLO_EVERY_MS = 1_000;
/** How long somebody whose socket broke is still shown. */
export const LEAVE_GRACE_MS = 10_000;
/** How long a session lasts; then the client comes back with a fresh ticket. */
export const SESSION_MS = 60 * 60_000;
/** A socket from which nothing was heard for so long, not even a ping, is closed. */
export const SILENCE_MS = 75_000;
/** One that is sent no more and does not say `seen` for so long is closed with `slow`. */
export const STALL_MS = 30_000;
/** `latest` values reach a client at most so often. */
export const LATEST_EVERY_MS = 250;

export const ROLES = ['viewer', 'reviewer', 'editor', 'owner'] as const;
export type Role = (typeof ROLES)[number];

const json = once(() => z.record(z.string(), z.unknown()));
/** What somebody is doing: where, and which image they look at. Nobody but their own client says so. */
export const presenceData = once(() =>
  z.object({
    place: z.optional(z.string().check(z.maxLength(40))),
    imageId: z.optional(z.nullable(z.string().check(z.maxLength(60)))),
  }),
);
export type PresenceData = z.infer<ReturnType<typeof presenceData>>;

const isWellFormed = once(() => z.refine<string>((text) => text.isWellFormed()));
const shortText = (most: number) => z.string().check(z.minLength(1), z.maxLength(most), isWellFormed());
const IMAGE = idPattern('img');
/** What a client says of it: what is no image's id counts as none, as an address may hold anything. */
const saidPresence = once(() =>
  z.object({
    place: z.optional(z.string().check(z.maxLength(40), isWellFormed())),
    imageId: z.optional(
      z.pipe(
        z.nullable(z.string()),
        z.transform((id) => (id !== null && IMAGE.test(id) ? id : null)),
      ),
    ),
  }),
);
const sequence = once(() => z.int().check(z.nonnegative()));

/** Client to room. `hello` is the first. */
export const clientFrame = once(() =>
  z.discriminatedUnion('k', [
    z.object({
      k: z.literal('hello'),
      v: z.literal(1),
      /** The client's session, of its own making: it survives a reconnect, not a reload. */
      sid: shortText(64),
      /** What it has applied last; both or neither. */
      epoch: z.optional(shortText(64)),
      last: z.optional(sequence()),
      presence: z.optional(saidPresence()),
    }),
    z.object({ k: z.literal('pub'), id: shortText(64), type: shortText(64), data: json() }),
    z.object({ k: z.literal('pres'), data: saidPresence() }),
    /** How far it is: every 64 events, and 5 s after the last one. */
    z.object({ k: z.literal('seen'), seq: sequence() }),
    z.object({ k: z.literal('bye') }),
  ]),
);
export type ClientFrame = z.infer<ReturnType<typeof clientFrame>>;

/** One user who is there, however many sockets they have. */
const member = once(() =>
  z.object({
    user: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    sockets: z.int(),
    /** Of the socket that spoke last. */
    data: presenceData(),
  }),
);
export type RoomMember = z.infer<ReturnType<typeof member>>;

const event = once(() =>
  z.object({
    seq: sequence(),
    /** Ms since 1970, by the room's clock. */
    ts: z.number(),
    /** Null for what no person did. */
    user: z.nullable(z.string()),
    type: z.string(),
    /** The publisher's own, unique for each user. */
    id: z.string(),
    data: json(),
    /** Of the request that did it; absent where no request did. */
    requestId: z.optional(z.string()),
    /** With what the Worker tells: a read that sends it back finds what is told. */
    bookmark: z.optional(z.string()),
  }),
);
export type RoomEvent = z.infer<ReturnType<typeof event>>;

/** `bookmark` as in an event. */
const latest = once(() => z.object({ key: z.string(), data: json(), bookmark: z.optional(z.string()) }));
export type LatestValue = z.infer<ReturnType<typeof latest>>;

/** Room to client. A message is one frame or an array of frames. */
export const roomFrame = once(() =>
  z.discriminatedUnion('k', [
    z.object({
      k: z.literal('welcome'),
      sid: z.string(),
      user: z.string(),
      role: z.enum(ROLES),
      epoch: z.string(),
      /** Sequence of the newest event, and of the oldest that the log still holds. */
      head: sequence(),
      floor: sequence(),
      /** Whether everything after `last` follows; if not, `why`, and the client reads its page again. */
      resumed: z.boolean(),
      why: z.optional(z.enum(['new', 'epoch', 'ahead', 'floor'])),
      members: z.array(member()),
      presenceVersion: z.int(),
      latest: z.array(latest()),
      heartbeat: z.number(),
      /** Ms since 1970 at which the room closes the socket with `token`. */
      expires: z.number(),
      now: z.number(),
    }),
    /** Ascending; `live` on the last page of a resume and on all after it. */
    z.object({ k: z.literal('events'), events: z.array(event()), live: z.boolean() }),
    z.object({ k: z.literal('latest'), values: z.array(latest()) }),
    z.object({ k: z.literal('ack'), id: z.string(), seq: sequence(), dup: z.optional(z.boolean()) }),
    z.object({
      k: z.literal('nack'),
      id: z.string(),
      code: z.enum(['forbidden', 'too_large', 'rate', 'invalid']),
      message: z.string(),
      /** Ms after which the same may be sent again; absent: never. */
      retry: z.optional(z.number()),
    }),
    /** What changed since version `from`; who has another asks for nothing and takes the next snapshot. */
    z.object({
      k: z.literal('presence'),
      from: z.int(),
      version: z.int(),
      changed: z.array(member()),
      left: z.array(z.string()),
    }),
    z.object({ k: z.literal('members'), version: z.int(), members: z.array(member()) }),
    z.object({ k: z.literal('drain'), after: z.number() }),
  ]),
);
export type RoomFrame = z.infer<ReturnType<typeof roomFrame>>;
export type Welcome = Extract<RoomFrame, { k: 'welcome' }>;

/** What the Worker tells the room of a project; clients may not publish these types. */
export interface ProjectEvents {
  /** Decisions; `images` is null when there are too many to list, and the client reads its page again. */
  'images.reviewed': {
    reviewId: string;
    count: number;
    images:
      | {
          id: string;
          review: 'undecided' | 'keep' | 'reject';
          label: string | null;
          tags: string[];
          revision: number;
        }[]
      | null;
  };
  'images.deleted': { ids: string[] };
  'images.restored': { ids: string[] };
  'project.changed': Record<string, never>;
  'members.changed': Record<string, never>;
}
export type ProjectEventType = keyof ProjectEvents;

/** The key of the `latest` value that holds a job's progress, as `GET /v1/jobs/{id}/progress` shows it. */
export function progressKey(jobId: string): string {
  return `job:${jobId}`;
}
