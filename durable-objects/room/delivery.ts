import { utf8 } from '../../src/lib/bytes.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { LIMITS, STALL_MS } from '../../src/rooms/protocol.ts';
import { encodeEvents, toMessage } from './encode.ts';
import type { EventLog } from './event-log.ts';
import { type After, FlushWindow } from './flush-window.ts';
import { type Link, NOT_REPEATED } from './link.ts';
import type { LinkSet } from './link-set.ts';

const MIN_WINDOW_MS = 25;
/**
 * Sends are the whole cost of a flush, about 20 us each, and the window is to be twice that. It is reckoned, as time
 * stands still while an object computes.
 */
const WINDOW_MS_A_SOCKET = 0.04;

/** While the room has no room for what somebody waits for, and nobody says `seen`. */
const LOOK_AGAIN_MS = 1_000;

interface DeliveryDeps {
  log: EventLog;
  links: LinkSet;
  clock: Clock;
  after: After;
  dueBy(at: number): void;
  /** Closes a socket that is too far behind. */
  drop(link: Link): void;
}

/**
 * Brings every event to every socket once and in order. Live sockets have all up to the same sequence and get the same
 * message; the others read the log page by page, and no live flush, until they have come up to it. What a socket has
 * not said `seen` of counts as waiting in memory: it is bounded for each and for all of them.
 */
export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #window: FlushWindow;
  /** What all live sockets have. */
  #flushedTo: number;
  /** Unseen bytes of all sockets, as of this turn. */
  #unseenInRoom = 0;
  /** Those with most unseen first, as of this turn; null until a full room asks for it. */
  #largestFirst: Link[] | null = null;
  #looksAgain = false;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    // Nothing waits for a flush across a hibernation: a timer under way keeps the object in memory.
    this.#flushedTo = deps.log.head;
    this.#window = new FlushWindow({
      clock: deps.clock,
      after: deps.after,
      lengthMs: () => Math.max(MIN_WINDOW_MS, WINDOW_MS_A_SOCKET * deps.links.size),
      flush: () => this.#flush(),
    });
  }

  /** There are new events. */
  request(): void {
    this.#window.request();
  }

  /** Whether a socket has so much unseen that it cannot even be greeted again. */
  isFull(link: Link): boolean {
    return this.#unseenOf(link) >= LIMITS.unseenBytes;
  }

  /** Takes a socket up after `from`; `welcome` goes before its first page. */
  takeUp(link: Link, from: number, welcome: string, isRepeated: boolean): void {
    const { seen, sentTo, movedAt } = link.session;
    if (isRepeated) this.#countAgain(link, utf8(welcome).length);
    // Not live, and the live ones flushed: what waits for that would come with the page and again with the flush.
    link.change({
      seen: isRepeated ? Math.min(seen, from) : from,
      sentTo: from,
      // To say it again is no step forward.
      movedAt: isRepeated && sentTo !== null ? movedAt : this.#deps.clock.now(),
    });
    this.#sumUp();
    this.#flushLive();
    if (this.#sendPage(link, from, [welcome])) return;
    link.send(toMessage([welcome, encodeEvents([], false)]));
  }

  /** Shows a socket that cannot resume the newest few, after its `welcome`. */
  startNew(link: Link, welcome: string, isRepeated: boolean): void {
    const page = this.#deps.log.newest();
    if (isRepeated) this.#countAgain(link, utf8(welcome).length + page.bytes);
    link.change({ seen: page.last, sentTo: page.last });
    this.#sumUp();
    this.#flushLive();
    link.change({ sentTo: null });
    link.send(toMessage([welcome, encodeEvents(page.bodies, true)]));
  }

  /** The client says how far it is; false when that moves nothing, or it was not sent so much. */
  seen(link: Link, seq: number): boolean {
    const { seen, sentTo, repeated } = link.session;
    if (seq <= seen || seq > (sentTo ?? this.#flushedTo)) return false;
    link.change({
      seen: seq,
      movedAt: this.#deps.clock.now(),
      repeated: seq >= repeated.upTo ? NOT_REPEATED : repeated,
    });
    if (sentTo !== null || this.#looksAgain) this.#window.request();
    return true;
  }

  /** What the socket was sent before stays unseen, beside what it is sent from now on. */
  #countAgain(link: Link, bytes: number): void {
    const upTo = link.session.sentTo ?? this.#flushedTo;
    link.change({ repeated: { bytes: this.#unseenOf(link) + bytes, upTo } });
  }

  #unseenOf({ session }: Link): number {
    if (session.sid === null) return 0;
    const sentTo = session.sentTo ?? this.#flushedTo;
    return this.#deps.log.bytesBetween(session.seen, sentTo) + session.repeated.bytes;
  }

  #sumUp(): void {
    this.#unseenInRoom = this.#deps.links.present().reduce((sum, link) => sum + this.#unseenOf(link), 0);
    this.#largestFirst = null;
  }

  #flush(): void {
    this.#sumUp();
    this.#flushLive();
    for (const link of this.#deps.links.present()) {
      const { sentTo, seen } = link.session;
      if (sentTo !== null && sentTo - seen < LIMITS.unseenEvents) this.#sendPage(link, sentTo);
    }
  }

  #flushLive(): void {
    const { log, clock, links } = this.#deps;
    if (this.#flushedTo === log.head) return;
    const bytes = log.bytesBetween(this.#flushedTo, log.head);
    const live = links.present().filter(({ session }) => session.sentTo === null);
    const followers = live.filter((link) => {
      const isNear = log.head - link.session.seen <= LIMITS.unseenEvents;
      if (isNear && this.#hasPlace(link, bytes)) return true;
      if (!links.has(link)) return false;
      link.change({ sentTo: this.#flushedTo, movedAt: clock.now() });
      this.#deps.dueBy(clock.now() + STALL_MS);
      return false;
    });
    while (this.#flushedTo < log.head) {
      const page = log.pageAfter(this.#flushedTo);
      this.#flushedTo = page.last;
      const message = encodeEvents(page.bodies, true);
      for (const link of followers) link.send(message);
    }
  }

  /**
   * The next page of a socket that catches up, as large as there is place for; with the last one it is live. False when
   * there is no place for one event: it waits.
   */
  #sendPage(link: Link, after: number, before: string[] = []): boolean {
    const { log, links, clock, dueBy } = this.#deps;
    if (!links.has(link)) return false;
    const unseen = this.#unseenOf(link);
    const next = log.bytesBetween(after, after + 1);
    const place = LIMITS.unseenBytes - unseen;
    const page = next > place ? null : log.pageAfter(after, Math.min(LIMITS.pageBytes, place));
    const isSent = page !== null && this.#hasPlace(link, page.bytes);
    if (isSent) {
      const isLast = page.last === log.head;
      link.change({ sentTo: isLast ? null : page.last });
      link.send(toMessage([...before, encodeEvents(page.bodies, isLast)]));
      if (isLast) return true;
      this.#window.request();
    }
    dueBy(clock.now() + STALL_MS);
    return isSent;
  }

  /**
   * Takes place for what a socket is about to be sent. In a full room those go that had more unseen at the start of this
   * turn than this one would have now; where there is none it waits.
   */
  #hasPlace(link: Link, bytes: number): boolean {
    const unseen = this.#unseenOf(link) + bytes;
    if (unseen > LIMITS.unseenBytes) return false;
    while (this.#unseenInRoom + bytes > LIMITS.roomUnseenBytes) {
      this.#largestFirst ??= this.#deps.links
        .present()
        .sort((one, two) => this.#unseenOf(two) - this.#unseenOf(one));
      const [largest] = this.#largestFirst;
      const most = largest ? this.#unseenOf(largest) : 0;
      if (!largest || most <= unseen) {
        this.#lookAgain();
        return false;
      }
      this.#largestFirst.shift();
      this.#unseenInRoom -= most;
      this.#deps.drop(largest);
    }
    this.#unseenInRoom += bytes;
    return true;
  }

  #lookAgain(): void {
    if (this.#looksAgain) return;
    this.#looksAgain = true;
    this.#deps.after(LOOK_AGAIN_MS, () => {
      this.#looksAgain = false;
      this.#window.request();
    });
  }
}
