import type { Clock } from '../../src/lib/clock.ts';
import {
  CLOSE,
  type ClientFrame,
  HEARTBEAT_MS,
  HELLO_EVERY_MS,
  HELLO_WITHIN_MS,
  LIMITS,
  type RoomFrame,
} from '../../src/rooms/protocol.ts';
import type { PublishedEvent, RoomGuest } from '../../src/rooms/room.ts';
import { Bars } from './bars.ts';
import { deadlineOf } from './deadlines.ts';
import { Delivery } from './delivery.ts';
import { encodeFrame, encodeWelcome, toMessage } from './encode.ts';
import { EventLog } from './event-log.ts';
import { Drain } from './drain.ts';
import type { After } from './flush-window.ts';
import { FrameBucket } from './frame-bucket.ts';
import { LatestValues } from './latest-values.ts';
import type { Link } from './link.ts';
import { LinkSet } from './link-set.ts';
import { Presence } from './presence.ts';
import { answerPub } from './answer-pub.ts';
import type { ReadFrames } from './read-frames.ts';
import type { RoomStorage } from './room-storage.ts';
import { SocketCount } from './socket-count.ts';

interface LiveRoomDeps {
  storage: RoomStorage;
  clock: Clock;
  after: After;
  /** Asks for `tick` to be called at this time (ms since 1970), or before. */
  dueBy(at: number): void;
  /** Tells outside how many sockets are open. */
  tellCount(sockets: number): void;
  /** Tells outside how a drain ended: how many sockets it found, and how many did not go by themselves. */
  tellDrained(outcome: { id: string; sockets: number; cut: number }): void;
}

/** After these nobody comes back: they are gone at once. */
const FINAL: ReadonlySet<number> = new Set([CLOSE.forbidden, CLOSE.gone, CLOSE.replaced, CLOSE.badFrame]);

/**
 * A room: who is there, what happened in which order, and what is so now. Knows no platform; every call is one
 * synchronous turn that writes first and sends then.
 */
export class LiveRoom {
  readonly #deps: LiveRoomDeps;
  readonly #links: LinkSet;
  readonly #log: EventLog;
  readonly #delivery: Delivery;
  readonly #presence: Presence;
  readonly #latest: LatestValues;
  readonly #bars: Bars;
  readonly #count: SocketCount;
  readonly #drain: Drain;
  readonly #buckets = new WeakMap<Link, FrameBucket>();

  /** `links`: the sockets that are open already. */
  constructor(deps: LiveRoomDeps, links: Iterable<Link> = []) {
    this.#deps = deps;
    this.#links = new LinkSet(links);
    const parts = { ...deps, links: this.#links };
    this.#log = new EventLog(deps.storage, deps.clock);
    this.#delivery = new Delivery({
      ...parts,
      log: this.#log,
      drop: (link) => this.#end(link, CLOSE.slow, 'too far behind'),
    });
    this.#presence = new Presence(parts);
    this.#latest = new LatestValues(parts);
    this.#bars = new Bars(deps.storage);
    this.#count = new SocketCount({ ...parts, tell: (sockets) => deps.tellCount(sockets) });
    this.#drain = new Drain({
      ...parts,
      cut: (link) => this.#end(link, CLOSE.drain, 'the room is drained'),
      tell: (outcome) => deps.tellDrained(outcome),
    });
  }

  /** Why somebody may not come in, or null. */
  refusalOf(guest: RoomGuest): { code: number; reason: string } | null {
    const { user } = guest;
    const barred = this.#bars.codeFor(guest);
    if (barred !== null) return { code: barred, reason: 'the ticket is no longer good' };
    if (this.#links.size >= LIMITS.sockets) return { code: CLOSE.full, reason: 'the room is full' };
    const isCrowd = this.#links.of(user).length >= LIMITS.socketsPerUser;
    return isCrowd ? { code: CLOSE.full, reason: 'too many connections of yours' } : null;
  }

  /** The open socket of this id. */
  find(id: string): Link | null {
    return this.#links.find(id);
  }

  connect(link: Link): void {
    this.#links.add(link);
    this.#count.look();
    this.#deps.dueBy(link.session.acceptedAt + HELLO_WITHIN_MS);
  }

  /** The other end has closed, or broke. */
  disconnect(link: Link): void {
    if (!this.#links.has(link)) return;
    this.#links.remove(link);
    this.#count.look();
    this.#presence.leave(link, false);
  }

  receive(link: Link, read: ReadFrames): void {
    if (!this.#links.has(link)) return;
    link.change({ heardAt: this.#deps.clock.now() });
    if (read.kind === 'bad') return this.#end(link, CLOSE.badFrame, read.reason);
    const answers: RoomFrame[] = [];
    for (const frame of read.frames) {
      if (!this.#links.has(link)) return;
      answers.push(...this.#answer(link, frame));
    }
    if (answers.length > 0) link.send(toMessage(answers.map(encodeFrame)));
  }

  publish(events: PublishedEvent[]): void {
    for (const event of events) this.#log.publish(event);
    this.#delivery.request();
  }

  setLatest(key: string, data: object, version: number, bookmark?: string): { watched: boolean } {
    this.#latest.set(key, data, version, bookmark);
    return { watched: this.#links.size > 0 };
  }

  dropLatest(key: string): void {
    this.#latest.drop(key);
  }

  dismiss(user: string, code: number): void {
    this.#bar(user, code);
    for (const link of this.#links.of(user)) this.#end(link, code, 'the membership has changed');
    if (FINAL.has(code)) this.#presence.remove(user);
  }

  /** Sessions of a user have ended: with them their sockets and tickets. */
  endSessions(user: string, sessions: string[]): void {
    for (const session of sessions) this.#bar(session, CLOSE.token);
    for (const link of this.#links.of(user))
      if (sessions.includes(link.session.signIn)) this.#end(link, CLOSE.token, 'the session has ended', true);
  }

  close(code: number): void {
    this.#bar('*', code);
    for (const link of this.#links.all()) this.#end(link, code, 'the room was closed');
  }

  /**
   * Asks everybody who is there to come back, each at another time, and closes after `timeoutMs` who has not. Returns how
   * many sockets were asked; the same drain again asks nobody.
   */
  drain(id: string, timeoutMs: number): number {
    return this.#drain.begin(id, timeoutMs);
  }

  stopDrain(id: string): void {
    this.#drain.stop(id);
  }

  /** Closes what is over, and says when to look again (ms since 1970); null: when somebody comes. */
  tick(): number | null {
    const now = this.#deps.clock.now();
    for (const link of this.#links.all()) {
      const { at, code, reason } = deadlineOf(link);
      if (at <= now) this.#end(link, code, reason);
    }
    this.#drain.tick(now);
    this.#presence.sweep(now);
    this.#bars.sweep(now);
    this.#count.look();
    const times = [
      ...this.#links.all().map((link) => deadlineOf(link).at),
      this.#presence.nextDueAt,
      this.#bars.nextDueAt,
      this.#drain.nextDueAt,
    ].filter((at) => at !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Its project is gone, everybody has left, and no ticket opens it any more. */
  get isOver(): boolean {
    return this.#bars.isGone && this.#links.size === 0 && this.#bars.nextDueAt === null;
  }

  #answer(link: Link, frame: ClientFrame | null): RoomFrame[] {
    if (link.session.sid === null && frame?.k !== 'hello') {
      this.#end(link, CLOSE.badFrame, 'hello comes first');
      return [];
    }
    if (frame?.k === 'bye') {
      this.#end(link, 1000, 'bye', true);
      return [];
    }
    // Is paid for by the events that it tells of.
    if (frame?.k === 'seen' && this.#delivery.seen(link, frame.seq)) return [];
    const wait = this.#bucketOf(link).take(this.#deps.clock.now());
    if (wait > 0) return this.#refuse(link, frame, wait);
    switch (frame?.k) {
      case 'hello':
        this.#hello(link, frame);
        return [];
      case 'pub': {
        const answer = answerPub(this.#log, link.session, frame);
        if (answer.k === 'ack' && !answer.dup) this.#delivery.request();
        return [answer];
      }
      case 'pres':
        this.#presence.say(link, frame.data);
        return [];
      default:
        return [];
    }
  }

  #hello(link: Link, hello: Extract<ClientFrame, { k: 'hello' }>): void {
    const isRepeated = link.session.sid !== null;
    const now = this.#deps.clock.now();
    const dueAt = Math.max(now, link.session.helloDueAt);
    if (dueAt > now + HELLO_EVERY_MS) return this.#end(link, CLOSE.rate, 'too many hellos');
    if (isRepeated && this.#delivery.isFull(link)) return this.#end(link, CLOSE.slow, 'too far behind');
    link.change({ helloDueAt: dueAt + HELLO_EVERY_MS });
    this.#replaceOlder(link, hello.sid);
    const resume = this.#log.resumeFrom(hello.epoch, hello.last);
    const { user, role, expiresAt } = link.session;
    this.#presence.join(link, hello.sid, hello.presence, (members) => {
      const welcome = encodeWelcome(
        {
          k: 'welcome',
          sid: hello.sid,
          user,
          role,
          epoch: this.#log.epoch,
          head: this.#log.head,
          floor: this.#log.floor,
          ...('why' in resume ? { resumed: false, why: resume.why } : { resumed: true }),
          members,
          presenceVersion: this.#presence.version,
          heartbeat: HEARTBEAT_MS,
          expires: expiresAt,
          now,
        },
        this.#latest.all(),
      );
      if ('why' in resume) this.#delivery.startNew(link, welcome, isRepeated);
      else this.#delivery.takeUp(link, resume.from, welcome, isRepeated);
    });
  }

  /** The session's older socket, which may be broken without our knowing. Nobody is told that its user left. */
  #replaceOlder(link: Link, sid: string): void {
    for (const other of this.#links.of(link.session.user)) {
      if (other === link || other.session.sid !== sid) continue;
      link.change({ data: other.session.data, spokeAt: other.session.spokeAt });
      this.#links.remove(other);
      other.close(CLOSE.replaced, 'connected again');
    }
  }

  /** Too many frames: a `pub` may come again, anything else is dropped, and who goes on is closed. */
  #refuse(link: Link, frame: ClientFrame | null, wait: number): RoomFrame[] {
    if (this.#bucketOf(link).isFlooded) this.#end(link, CLOSE.rate, 'too many frames');
    if (frame?.k !== 'pub') return [];
    return [{ k: 'nack', id: frame.id, code: 'rate', message: 'Too many frames.', retry: wait }];
  }

  #bucketOf(link: Link): FrameBucket {
    const bucket = this.#buckets.get(link) ?? new FrameBucket(this.#deps.clock.now());
    this.#buckets.set(link, bucket);
    return bucket;
  }

  #bar(user: string, code: number): void {
    this.#deps.dueBy(this.#bars.add(user, code, this.#deps.clock.now()));
  }

  #end(link: Link, code: number, reason: string, isAtOnce = FINAL.has(code)): void {
    this.#links.remove(link);
    this.#count.look();
    link.close(code, reason);
    this.#presence.leave(link, isAtOnce);
  }
}
