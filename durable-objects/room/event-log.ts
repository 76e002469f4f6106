import { utf8 } from '../../src/lib/bytes.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { LIMITS, type RoomEvent, type Welcome } from '../../src/rooms/protocol.ts';
import type { RoomStorage } from './room-storage.ts';

/** Events that the log keeps at least; what somebody missed can be made up for as long as it lasts. */
export const LOG_EVENTS = 10_000;
/** Trimmed in lots: each deleted row costs a write. */
const TRIM_LOT = 100;

export type EventInput = Pick<RoomEvent, 'id' | 'user' | 'type' | 'data'>;

/** Events in order, ready to be sent; `last` is the sequence of the newest, or what was asked after. */
export interface EventPage {
  bodies: string[];
  last: number;
}

/** Where a client takes up: after `from`, or `why` it cannot. */
export type Resume = { from: number } | { why: NonNullable<Welcome['why']> };

/** The order of a room: gives every event its sequence, once for each (user, id). */
export class EventLog {
  readonly #storage: RoomStorage;
  readonly #clock: Clock;
  #head: number;
  #floor: number;

  constructor(storage: RoomStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    const { head, floor } = storage.bounds();
    this.#head = head;
    this.#floor = floor;
  }

  get epoch(): string {
    return this.#storage.epoch;
  }

  get head(): number {
    return this.#head;
  }

  get floor(): number {
    return this.#floor;
  }

  /** Durable once it returns. A repetition gets the sequence of the first. */
  publish({ id, user, type, data }: EventInput): { seq: number; isNew: boolean } {
    const known = this.#storage.seqOf(user, id);
    if (known !== null) return { seq: known, isNew: false };
    const seq = this.#head + 1;
    const ts = this.#clock.now();
    const event: RoomEvent = { seq, ts, user, type, id, data };
    this.#storage.append({ seq, ts, user, type, id, body: JSON.stringify(event) });
    this.#head = seq;
    if (seq - this.#floor >= LOG_EVENTS + TRIM_LOT) {
      this.#floor = seq - LOG_EVENTS + 1;
      this.#storage.forgetBelow(this.#floor);
    }
    return { seq, isNew: true };
  }

  resumeFrom(epoch: string | undefined, last: number | undefined): Resume {
    if (epoch === undefined || last === undefined) return { why: 'new' };
    if (epoch !== this.epoch) return { why: 'epoch' };
    if (last > this.#head) return { why: 'ahead' };
    // The one just below the floor has missed nothing that is gone.
    return last < this.#floor - 1 ? { why: 'floor' } : { from: last };
  }

  /** The next page after a sequence. */
  pageAfter(seq: number): EventPage {
    const page = cut(this.#storage.after(seq, LIMITS.pageEvents));
    return { bodies: page.map(({ body }) => body), last: page.at(-1)?.seq ?? seq };
  }

  /** The newest few, up to the head. */
  newest(): EventPage {
    const page = cut(this.#storage.newest(LIMITS.newestEvents)).reverse();
    return { bodies: page.map(({ body }) => body), last: this.#head };
  }
}

/** As many as a page may hold, and one in any case. */
function cut<T extends { body: string }>(events: Iterable<T>): T[] {
  const page: T[] = [];
  let bytes = 0;
  for (const event of events) {
    bytes += utf8(event.body).length;
    if (page.length > 0 && bytes > LIMITS.pageBytes) break;
    page.push(event);
  }
  return page;
}
