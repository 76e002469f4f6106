import type { Clock } from '../../src/lib/clock.ts';
import type { Link } from './link.ts';
import type { LinkSet } from './link-set.ts';
import type { RoomStorage, StoredDrain } from './room-storage.ts';

/** Come-back times are spread over this share of the time-out, so that the last ones have time for it. */
const SPREAD_SHARE = 0.8;
/** A client is told no later time: what it does by itself, it should do soon. */
const MAX_SPREAD_MS = 50_000;

interface DrainDeps {
  storage: Pick<RoomStorage, 'drain' | 'saveDrain'>;
  clock: Clock;
  links: Pick<LinkSet, 'all'>;
  dueBy(at: number): void;
  cut(link: Link): void;
  /** Tells outside the room how it ended. */
  tell(outcome: { id: string; sockets: number; cut: number }): void;
}

/** Sends those who are there away, each at another time, and closes at the time-out who has not gone. */
export class Drain {
  readonly #deps: DrainDeps;
  #drain: StoredDrain | null;

  constructor(deps: DrainDeps) {
    this.#deps = deps;
    this.#drain = deps.storage.drain();
  }

  /** Ms since 1970; null while nobody is to be closed. */
  get nextDueAt(): number | null {
    return this.#drain && !this.#drain.isOver ? this.#drain.until : null;
  }

  /** Returns how many sockets were told. The same drain again tells nobody. */
  begin(id: string, timeoutMs: number): number {
    if (this.#drain?.id === id) return this.#drain.sockets;
    const { clock, links, dueBy } = this.#deps;
    const since = clock.now();
    const told = links.all();
    this.#save({ id, since, until: since + timeoutMs, sockets: told.length, isOver: told.length === 0 });
    const spreadMs = Math.min(timeoutMs * SPREAD_SHARE, MAX_SPREAD_MS);
    for (const link of told)
      link.send(JSON.stringify({ k: 'drain', after: Math.floor(Math.random() * spreadMs) }));
    if (this.nextDueAt !== null) dueBy(this.nextDueAt);
    return told.length;
  }

  /** Who is still there stays. */
  stop(id: string): void {
    if (this.#drain?.id === id) this.#save({ ...this.#drain, isOver: true });
  }

  tick(now: number): void {
    if (this.nextDueAt === null || this.nextDueAt > now || !this.#drain) return;
    const { id, since, sockets } = this.#drain;
    this.#save({ ...this.#drain, isOver: true });
    const left = this.#deps.links.all().filter(({ session }) => session.acceptedAt <= since);
    for (const link of left) this.#deps.cut(link);
    this.#deps.tell({ id, sockets, cut: left.length });
  }

  #save(drain: StoredDrain): void {
    this.#drain = drain;
    this.#deps.storage.saveDrain(drain);
  }
}
