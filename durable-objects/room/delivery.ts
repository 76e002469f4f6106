import type { Clock } from '../../src/lib/clock.ts';
import { LIMITS, STALL_MS } from '../../src/rooms/protocol.ts';
import { encodeEvents, toMessage } from './encode.ts';
import type { EventLog } from './event-log.ts';
import { type After, FlushWindow } from './flush-window.ts';
import type { Link } from './link.ts';
import type { LinkSet } from './link-set.ts';

const MIN_WINDOW_MS = 25;
/**
 * Sends are the whole cost of a flush, about 20 us each, and the window is to be twice that. It is reckoned, as time
 * stands still while an object computes.
 */
const WINDOW_MS_A_SOCKET = 0.04;

interface DeliveryDeps {
  log: EventLog;
  links: LinkSet;
  clock: Clock;
  after: After;
  dueBy(at: number): void;
}

/**
 * Brings every event to every socket once and in order. Live sockets have all up to the same sequence and get the same
 * message; the others read the log page by page, and no live flush, until they have come up to it.
 */
export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #window: FlushWindow;
  /** What all live sockets have. */
  #flushedTo: number;

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

  /** Takes a socket up after `from`; `welcome` goes before its first page. */
  takeUp(link: Link, from: number, welcome: string): void {
    // Not live, and the live ones flushed: what waits for that would come with the page and again with the flush.
    link.change({ seen: from, sentTo: from, movedAt: this.#deps.clock.now() });
    this.#flushLive();
    this.#sendPage(link, from, [welcome]);
  }

  /** Shows a socket that cannot resume the newest few, after its `welcome`. */
  startNew(link: Link, welcome: string): void {
    const page = this.#deps.log.newest();
    link.change({ seen: page.last, sentTo: page.last });
    this.#flushLive();
    link.change({ sentTo: null });
    link.send(toMessage([welcome, encodeEvents(page.bodies, true)]));
  }

  /** The client says how far it is; false when that moves nothing. */
  seen(link: Link, seq: number): boolean {
    if (seq <= link.session.seen || seq > this.#deps.log.head) return false;
    link.change({ seen: seq, movedAt: this.#deps.clock.now() });
    if (link.session.sentTo !== null) this.#window.request();
    return true;
  }

  #flush(): void {
    this.#flushLive();
    for (const link of this.#deps.links.present()) {
      const { sentTo, seen } = link.session;
      if (sentTo !== null && sentTo - seen < LIMITS.unseenEvents) this.#sendPage(link, sentTo);
    }
  }

  #flushLive(): void {
    const { log, clock, links } = this.#deps;
    if (this.#flushedTo === log.head) return;
    const live = links.present().filter(({ session }) => session.sentTo === null);
    for (const link of live) {
      if (log.head - link.session.seen <= LIMITS.unseenEvents) continue;
      link.change({ sentTo: this.#flushedTo, movedAt: clock.now() });
      this.#deps.dueBy(clock.now() + STALL_MS);
    }
    const followers = live.filter(({ session }) => session.sentTo === null);
    while (this.#flushedTo < log.head) {
      const page = log.pageAfter(this.#flushedTo);
      this.#flushedTo = page.last;
      const message = encodeEvents(page.bodies, true);
      for (const link of followers) link.send(message);
    }
  }

  /** The next page of a socket that catches up; with the last one it is live. */
  #sendPage(link: Link, after: number, before: string[] = []): void {
    const page = this.#deps.log.pageAfter(after);
    const isLast = page.last === this.#deps.log.head;
    link.change({ sentTo: isLast ? null : page.last });
    link.send(toMessage([...before, encodeEvents(page.bodies, isLast)]));
    if (isLast) return;
    this.#deps.dueBy(this.#deps.clock.now() + STALL_MS);
    this.#window.request();
  }
}
