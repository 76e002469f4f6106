import type { PresenceData, Role } from '../../src/rooms/protocol.ts';

export interface NewEvent {
  seq: number;
  /** Ms since 1970. */
  ts: number;
  user: string | null;
  type: string;
  id: string;
  /** The whole event as JSON, ready to be sent. */
  body: string;
}

export interface StoredLatest {
  key: string;
  version: number;
  ts: number;
  /** The value as JSON. */
  body: string;
  bookmark: string | null;
}

/** Somebody whose last socket broke, and who may be back soon. */
export interface Leaving {
  user: string;
  name: string;
  role: Role;
  data: PresenceData;
  /** Ms since 1970. */
  until: number;
  /** As in a socket's session. */
  presenceVersion: number;
}

/** Tickets of this user or session (`*`: of anybody) that were issued up to `since` are refused with `code`. */
export interface Bar {
  user: string;
  since: number;
  code: number;
}

/** The last number of open sockets that was told outside, and when (ms since 1970). */
export interface ToldCount {
  sockets: number;
  at: number;
}

/** The last drain; kept when it is over, so that the same one is not begun again. Times are ms since 1970. */
export interface StoredDrain {
  id: string;
  /** Sockets accepted up to then are to go. */
  since: number;
  until: number;
  /** How many were told. */
  sockets: number;
  isOver: boolean;
}

/** Where a room is kept, so that an evicted object loses nothing. Every call is done when it returns. */
export interface RoomStorage {
  /** Made with the storage: sequences of another epoch mean nothing here. */
  readonly epoch: string;
  readonly presenceVersion: number;
  savePresenceVersion(version: number): void;

  /** Sequence of the newest event, 0 before the first, and of the oldest that is still held. */
  bounds(): { head: number; floor: number };
  seqOf(user: string | null, id: string): number | null;
  append(event: NewEvent): void;
  /** Ascending. */
  after(seq: number, most: number): Iterable<Pick<NewEvent, 'seq' | 'body'>>;
  /** Descending. */
  newest(most: number): Iterable<Pick<NewEvent, 'seq' | 'body'>>;
  /** Bytes of each event after a sequence, ascending. */
  sizesAfter(seq: number): Iterable<number>;
  forgetBelow(seq: number): void;

  latest(): StoredLatest[];
  saveLatest(value: StoredLatest): void;
  dropLatest(key: string): void;

  leaving(): Leaving[];
  saveLeaving(leaving: Leaving): void;
  dropLeaving(user: string): void;

  bars(): Bar[];
  saveBar(bar: Bar): void;
  dropBar(user: string): void;

  toldCount(): ToldCount;
  saveToldCount(count: ToldCount): void;

  drain(): StoredDrain | null;
  saveDrain(drain: StoredDrain): void;
}
