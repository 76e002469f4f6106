import { utf8 } from '../../src/lib/bytes.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { LIMITS, type RoomEvent, type Welcome } from '../../src/rooms/protocol.ts';
import { EventSizes } from './event-sizes.ts';
import type { RoomStorage } from './room-storage.ts';

/** Events that the log keeps at least; what somebody missed can be made up for as long as it lasts. */
export const LOG_EVENTS = 10_000;
/** Trimmed in lots: each deleted row costs a write. */
const TRIM_LOT = 100;

export type EventInput = Pick<RoomEvent, 'id' | 'user' | 'type' | 'data' | 'requestId' | 'bookmark'>;

/** Events in order, ready to be sent; `last` is the sequence of the newest, or what was asked after. */
export interface EventPage {
  bodies: string[];
  bytes: number;
  last: number;
}

/** Where a client takes up: after `from`, or `why` it cannot. */
export type Resume = { from: number } | { why: NonNullable<Welcome['why']> };

/** The order of a room: gives every event its sequence, once for each (user, id). */
export class EventLog {
  readonly #storage: RoomStorage;
  readonly #clock: Clock;
  readonly #sizes: EventSizes;
  #head: number;
  #floor: number;

  constructor(storage: RoomStorage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    const { head, floor } = storage.bounds();
    this.#head = head;
    this.#floor = floor;
    this.#sizes = new EventSizes(storage, head);
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
  publish({ id, user, type, data, requestId, bookmark }: EventInput): { seq: number; isNew: boolean } {
    const known = this.#storage.seqOf(user, id);
    if (known !== null) return { seq: known, isNew: false };
    const seq = this.#head + 1;
    const ts = this.#clock.now();
    const event: RoomEvent = {
      seq,
      ts,
      user,
      type,
      id,
      data,
      ...(requestId !== undefined && { requestId }),
      ...(bookmark !== undefined && { bookmark }),
    };
    const body = JSON.stringify(event);
    this.#storage.append({ seq, ts, user, type, id, body });
    this.#sizes.append(utf8(body).length);
    this.#head = seq;
    if (seq - this.#floor >= LOG_EVENTS + TRIM_LOT) {
      this.#floor = seq - LOG_EVENTS + 1;
      this.#storage.forgetBelow(this.#floor);
      this.#sizes.forget(this.#floor - 1);
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

  /** Bytes of the events after one sequence, up to another. */
  bytesBetween(after: number, upTo: number): number {
    return this.#sizes.between(after, upTo);
  }

  /** The next page after a sequence, of at most so many bytes where one event is not more. */
  pageAfter(seq: number, mostBytes: number = LIMITS.pageBytes): EventPage {
    const { page, bytes } = cut(this.#storage.after(seq, LIMITS.pageEvents), mostBytes);
    return { bodies: page.map(({ body }) => body), bytes, last: page.at(-1)?.seq ?? seq };
  }

  /** The newest few, up to the head. */
  newest(): EventPage {
    const { page, bytes } = cut(this.#storage.newest(LIMITS.newestEvents), LIMITS.pageBytes);
    return { bodies: page.reverse().map(({ body }) => body), bytes, last: this.#head };
  }
}

/** As many as a page may hold, and one in any case. */
function cut<T extends { body: string }>(
  events: Iterable<T>,
  mostBytes: number,
): { page: T[]; bytes: number } {
  const page: T[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = utf8(event.body).length;
    if (page.length > 0 && bytes + size > mostBytes) break;
    bytes += size;
    page.push(event);
  }
  return { page, bytes };
}
