import type { Clock } from '../../src/lib/clock.ts';
import { LEAVE_GRACE_MS, type PresenceData, type RoomMember } from '../../src/rooms/protocol.ts';
import { encodeFrame } from './encode.ts';
import { type After, FlushWindow } from './flush-window.ts';
import type { Link } from './link.ts';
import type { LinkSet } from './link-set.ts';
import type { Leaving, RoomStorage } from './room-storage.ts';

/** What changed within this time is told together, or a thousand people who come back are a million messages. */
const PRESENCE_EVERY_MS = 100;

interface PresenceDeps {
  storage: RoomStorage;
  links: LinkSet;
  clock: Clock;
  after: After;
  dueBy(at: number): void;
}

/**
 * Who is there, one entry for each user. The sockets are the truth of it; those whose last socket broke are kept in
 * storage until their time is over. Every change that is told has a version, which the sockets keep.
 */
export class Presence {
  readonly #deps: PresenceDeps;
  readonly #leaving: Map<string, Leaving>;
  readonly #changed = new Set<string>();
  readonly #window: FlushWindow;
  #version: number;

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
    const { storage, links, clock, after } = deps;
    this.#leaving = new Map(storage.leaving().map((entry) => [entry.user, entry]));
    this.#version = Math.max(
      storage.presenceVersion,
      ...[...this.#leaving.values()].map(({ presenceVersion }) => presenceVersion),
      ...links.all().map(({ session }) => session.presenceVersion),
    );
    this.#window = new FlushWindow({
      clock,
      after,
      lengthMs: () => PRESENCE_EVERY_MS,
      flush: () => this.#flush(),
    });
  }

  get version(): number {
    return this.#version;
  }

  /** Ms since 1970; null when nobody is about to leave. */
  get nextDueAt(): number | null {
    const times = [...this.#leaving.values()].map(({ until }) => until);
    return times.length === 0 ? null : Math.min(...times);
  }

  members(): RoomMember[] {
    const users = new Set([...this.#deps.links.users(), ...this.#leaving.keys()]);
    return [...users].flatMap((user) => this.#member(user) ?? []);
  }

  /**
   * A socket says hello: what it does, or else what was known of its user. `greet` is called with all members before
   * anybody is told, and is to send them under the version of that time.
   */
  join(
    link: Link,
    sid: string,
    data: PresenceData | undefined,
    greet: (members: RoomMember[]) => void,
  ): void {
    const { user } = link.session;
    const left = this.#leaving.get(user);
    if (left) this.#forget(user);
    link.change({
      sid,
      data: data ?? left?.data ?? link.session.data,
      spokeAt: data ? this.#deps.clock.now() : link.session.spokeAt,
      presenceVersion: this.#version,
    });
    greet(this.members());
    this.#mark(user);
  }

  say(link: Link, data: PresenceData): void {
    link.change({ data, spokeAt: this.#deps.clock.now() });
    this.#mark(link.session.user);
  }

  /** After a socket is gone. The user stays for a while when it was the last one, unless they left on purpose. */
  leave({ session }: Link, isAtOnce: boolean): void {
    if (session.sid === null) return;
    const { user, name, role, data } = session;
    if (isAtOnce || this.#deps.links.presentOf(user).length > 0) return this.#mark(user);
    const until = this.#deps.clock.now() + LEAVE_GRACE_MS;
    const leaving = { user, name, role, data, until, presenceVersion: this.#version };
    this.#leaving.set(user, leaving);
    this.#deps.storage.saveLeaving(leaving);
    this.#deps.dueBy(until);
  }

  /** Not even for a while. */
  remove(user: string): void {
    if (!this.#leaving.has(user)) return;
    this.#forget(user);
    this.#mark(user);
  }

  /** Those whose time is over are gone. */
  sweep(now: number): void {
    for (const { user, until } of [...this.#leaving.values()]) if (until <= now) this.remove(user);
  }

  #forget(user: string): void {
    this.#leaving.delete(user);
    this.#deps.storage.dropLeaving(user);
  }

  #member(user: string): RoomMember | null {
    const links = this.#deps.links.presentOf(user);
    const spoke = links.reduce<Link | null>(
      (last, link) => (last && last.session.spokeAt >= link.session.spokeAt ? last : link),
      null,
    );
    const newest = links.at(-1);
    if (!spoke || !newest) {
      const left = this.#leaving.get(user);
      // As they were: that a socket broke is nobody's news unless it lasts.
      return left ? { user, name: left.name, role: left.role, sockets: 1, data: left.data } : null;
    }
    const { name, role } = newest.session;
    return { user, name, role, sockets: links.length, data: spoke.session.data };
  }

  #mark(user: string): void {
    this.#changed.add(user);
    this.#window.request();
  }

  #flush(): void {
    const from = this.#version;
    const version = from + 1;
    const changed: RoomMember[] = [];
    const left: string[] = [];
    for (const user of this.#changed) {
      const member = this.#member(user);
      if (member) changed.push(member);
      else left.push(user);
    }
    this.#changed.clear();
    this.#version = version;
    this.#keepVersion(changed);
    const message = encodeFrame({ k: 'presence', from, version, changed, left });
    for (const link of this.#deps.links.present()) link.send(message);
  }

  /** With a socket where there is one, for that costs no write. */
  #keepVersion(changed: RoomMember[]): void {
    const [carrier] = changed.flatMap(({ user }) => this.#deps.links.presentOf(user).slice(0, 1));
    if (carrier) carrier.change({ presenceVersion: this.#version });
    else this.#deps.storage.savePresenceVersion(this.#version);
  }
}
