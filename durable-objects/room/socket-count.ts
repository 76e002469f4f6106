import type { Clock } from '../../src/lib/clock.ts';
import type { LinkSet } from './link-set.ts';
import type { RoomStorage } from './room-storage.ts';

/** While sockets are open, their number is told no more often. */
const TELL_EVERY_MS = 60_000;

interface SocketCountDeps {
  storage: Pick<RoomStorage, 'toldCount' | 'saveToldCount'>;
  clock: Clock;
  links: Pick<LinkSet, 'size'>;
  /** Tells how many sockets are open, outside the room. */
  tell(sockets: number): void;
}

/**
 * Tells when the first socket comes and when the last one goes, and at most once a minute between. Wakes nobody for it:
 * a room with sockets wakes about as often by itself, and one that has vanished is forgotten outside.
 */
export class SocketCount {
  readonly #deps: SocketCountDeps;
  #told: { sockets: number; at: number };

  constructor(deps: SocketCountDeps) {
    this.#deps = deps;
    this.#told = deps.storage.toldCount();
  }

  /** Called when sockets have come or gone, and whenever the room looks after itself. */
  look(): void {
    const { storage, clock, links, tell } = this.#deps;
    const { size: sockets } = links;
    const now = clock.now();
    const isTurn = sockets === 0 || this.#told.sockets === 0;
    const isDue = isTurn ? sockets !== this.#told.sockets : now - this.#told.at >= TELL_EVERY_MS;
    if (!isDue) return;
    this.#told = { sockets, at: now };
    storage.saveToldCount(this.#told);
    tell(sockets);
  }
}
