import { CLOSE } from '../../src/rooms/protocol.ts';
import type { RoomGuest } from '../../src/rooms/room.ts';
import { TICKET_TTL_MS } from '../../src/rooms/ticket.ts';
import type { Bar, RoomStorage } from './room-storage.ts';

const EVERYBODY = '*';

/** Keeps out those who were shown the door and still hold a ticket, for as long as a ticket lives. */
export class Bars {
  readonly #storage: RoomStorage;
  readonly #bars: Map<string, Bar>;
  #isGone = false;

  constructor(storage: RoomStorage) {
    this.#storage = storage;
    this.#bars = new Map(storage.bars().map((bar) => [bar.user, bar]));
  }

  /** The project was deleted, and no ticket to it is left. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Ms since 1970; null when nobody is kept out. */
  get nextDueAt(): number | null {
    const times = [...this.#bars.values()].map(endOf);
    return times.length === 0 ? null : Math.min(...times);
  }

  /**
   * Refuses tickets of the user, or of one session (`*`: of anybody), issued until now; returns when none of them is left.
   */
  add(user: string, code: number, now: number): number {
    const bar = { user, since: now, code };
    this.#bars.set(user, bar);
    this.#storage.saveBar(bar);
    return endOf(bar);
  }

  /** The code with which a ticket is refused, or null. A session that has ended gives no ticket that is younger. */
  codeFor({ user, session, issuedAt }: Pick<RoomGuest, 'user' | 'session' | 'issuedAt'>): number | null {
    const ended = this.#bars.get(session);
    if (ended) return ended.code;
    const bars = [this.#bars.get(EVERYBODY), this.#bars.get(user)];
    return bars.find((bar) => bar && issuedAt <= bar.since)?.code ?? null;
  }

  sweep(now: number): void {
    for (const bar of [...this.#bars.values()]) {
      if (endOf(bar) > now) continue;
      this.#isGone ||= bar.user === EVERYBODY && bar.code === CLOSE.gone;
      this.#bars.delete(bar.user);
      this.#storage.dropBar(bar.user);
    }
  }
}

function endOf({ since }: Bar): number {
  return since + TICKET_TTL_MS;
}
