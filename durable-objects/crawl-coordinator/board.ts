import type { Claim, ChunkItem, Taken } from '../../src/crawl/coordinator.ts';
import { holdMsAfter } from '../../src/crawl/hold.ts';
import type { JobOptions } from '../../src/crawl/job-options.ts';

/** A lease that is not prolonged for this long is lost: its consumer was killed. */
export const LEASE_MS = 30_000;
/** A message that nobody came for within this time is sent again; a late one finds the chunk taken. */
export const SENT_MS = 60_000;
/** A parked chunk is sent this much before it is due, for the queue's own way; a consumer that has it early waits. */
export const PARK_LEAD_MS = 3_000;
/** Times that a chunk may end its consumer before it is given up. */
export const MAX_FAULTS = 6;
/**
 * Who has ended its consumer so often is worked on by nobody at the same time as another one that has: of those that were
 * merely worked on together with a chunk that ends every consumer, none so comes to MAX_FAULTS.
 */
const SUSPECT_FAULTS = 2;
/** The pause after a fault of ours, doubled each time up to the longest. */
const PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 60_000;
/** Chunks on their way or worked on; those that wait for their host do not count. */
export const WINDOW = 40;
/** Chunks in all, whatever their state. */
export const MAX_ON_BOARD = 240;

/** A chunk that was handed out: `sent` until somebody claims it, `parked` until its host may be asked again. */
export interface BoardChunk {
  chunk: number;
  lane: string;
  attempt: number;
  items: ChunkItem[];
  state: 'sent' | 'leased' | 'parked';
  /** Ms since 1970: the end of the lease, the time to send again, or the time it is due. */
  until: number;
  leaseId: string | null;
  /** Times in a row that it was given back because a part of ours was out of order. */
  outages: number;
  /** Times that its consumer broke on it. */
  faults: number;
  /** Times in a row that it was given back to wait with as many items as before. */
  idleParks: number;
}

/** Where the board is kept, so that an evicted object loses nothing. */
export interface BoardStorage {
  load(): BoardChunk[];
  save(chunk: BoardChunk): void;
  remove(chunk: number): void;
  clear(): void;
}

export type NewChunk = Pick<BoardChunk, 'chunk' | 'lane' | 'attempt' | 'items'>;

/** The chunks of one run that are out. Knows neither queue nor database; every call gets the time. */
export class Board {
  readonly #chunks = new Map<number, BoardChunk>();
  readonly #storage: BoardStorage;

  constructor(storage: BoardStorage) {
    this.#storage = storage;
    for (const chunk of storage.load()) this.#chunks.set(chunk.chunk, chunk);
  }

  /** Chunks that may be handed out besides. */
  get room(): number {
    const moving = [...this.#chunks.values()].filter(({ state }) => state !== 'parked').length;
    return Math.max(0, Math.min(WINDOW - moving, MAX_ON_BOARD - this.#chunks.size));
  }

  get leased(): number {
    return [...this.#chunks.values()].filter(({ state }) => state === 'leased').length;
  }

  get numbers(): number[] {
    return [...this.#chunks.keys()];
  }

  /** How many chunks of each lane are out. */
  get busyLanes(): Record<string, number> {
    const busy: Record<string, number> = {};
    for (const { lane } of this.#chunks.values()) busy[lane] = (busy[lane] ?? 0) + 1;
    return busy;
  }

  add(chunks: NewChunk[], now: number): void {
    for (const chunk of chunks) {
      const counts = { outages: 0, faults: 0, idleParks: 0 };
      this.#put({ ...chunk, state: 'sent', until: now + SENT_MS, leaseId: null, ...counts });
    }
  }

  claim(chunk: number, leaseId: string, options: JobOptions, now: number): Claim {
    const found = this.#chunks.get(chunk);
    if (!found) return { kind: 'done' };
    if (found.state === 'leased' && found.until > now) return { kind: 'busy' };
    // Sent early on purpose: the consumer waits out the rest.
    if (found.state === 'parked' && found.until - PARK_LEAD_MS > now) return { kind: 'busy' };
    this.#put({ ...found, state: 'leased', leaseId, until: now + LEASE_MS });
    const { attempt, items } = found;
    return { kind: 'run', leaseId, attempt, items, options, holdMs: holdMsAfter(found.idleParks) };
  }

  isSuspect(chunk: number): boolean {
    return (this.#chunks.get(chunk)?.faults ?? 0) >= SUSPECT_FAULTS;
  }

  /** Leases the chunk that has waited longest for its message to come, and is not suspect. */
  next(leaseId: string, options: JobOptions, now: number): Omit<Taken, 'requestId'> | null {
    for (const { chunk, state } of this.#chunks.values()) {
      const isFree = state === 'sent' && !this.isSuspect(chunk);
      const claim = isFree ? this.claim(chunk, leaseId, options, now) : null;
      if (claim?.kind === 'run') return { chunk, claim };
    }
    return null;
  }

  /** Prolongs a lease; false when it is no longer this one. */
  prolong(chunk: number, leaseId: string, now: number): boolean {
    const found = this.#leasedBy(chunk, leaseId);
    // Half a lease is enough until the next report; each write to storage costs.
    if (found && found.until - now < LEASE_MS / 2) this.#put({ ...found, until: now + LEASE_MS });
    return found !== null;
  }

  park(chunk: number, leaseId: string, until: number, left: ChunkItem[]): boolean {
    const found = this.#leasedBy(chunk, leaseId);
    if (found) {
      const idleParks = left.length < found.items.length ? 0 : found.idleParks + 1;
      const counts = { outages: 0, faults: 0, idleParks };
      this.#put({ ...found, state: 'parked', until, leaseId: null, items: left, ...counts });
    }
    return found !== null;
  }

  finish(chunk: number, leaseId: string): boolean {
    const found = this.#leasedBy(chunk, leaseId);
    if (found) this.drop(chunk);
    return found !== null;
  }

  /**
   * To be sent again after a pause with what is left, which may be nothing: then it is still to be closed. Only what is
   * no outage counts against the chunk: an outage passes.
   */
  fail(chunk: number, leaseId: string, isOutage: boolean, left: ChunkItem[], now: number): void {
    const found = this.#leasedBy(chunk, leaseId);
    if (!found) return;
    const before = found.outages + found.faults;
    const counted = isOutage ? { outages: found.outages + 1 } : { faults: found.faults + 1 };
    this.#setBack(
      { ...found, ...counted, items: left },
      now + Math.min(PAUSE_MS * 2 ** before, MAX_PAUSE_MS),
    );
  }

  drop(chunk: number): void {
    this.#chunks.delete(chunk);
    this.#storage.remove(chunk);
  }

  /** Takes back all that nobody works on, and returns it. */
  dropUnleased(): BoardChunk[] {
    const idle = [...this.#chunks.values()].filter(({ state }) => state !== 'leased');
    for (const { chunk } of idle) this.drop(chunk);
    return idle;
  }

  clear(): void {
    this.#chunks.clear();
    this.#storage.clear();
  }

  /**
   * The chunks to send now, marked as sent: lost messages, parked chunks that are due, and those whose lease ran
   * out; of the suspect ones one, when none is out. `spent` are those that have failed too often.
   */
  takeDue(now: number): { send: number[]; spent: BoardChunk[] } {
    const send: number[] = [];
    const spent: BoardChunk[] = [];
    for (const chunk of this.#chunks.values()) {
      if (chunk.state === 'leased' && chunk.until <= now)
        this.#setBack({ ...chunk, faults: chunk.faults + 1 }, now);
    }
    for (const chunk of this.#chunks.values()) {
      if (chunk.faults >= MAX_FAULTS) spent.push(chunk);
      else if (this.#dueAt(chunk) <= now && !this.#isHeldBack(chunk)) {
        send.push(chunk.chunk);
        this.#put({ ...chunk, state: 'sent', until: now + SENT_MS });
      }
    }
    return { send, spent };
  }

  /** When `takeDue` has something to do next; null when nothing is out. */
  get nextDueAt(): number | null {
    const times = [...this.#chunks.values()]
      .filter((chunk) => !this.#isHeldBack(chunk))
      .map((chunk) => this.#dueAt(chunk));
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Another suspect one is out, whose end is the time to look again. */
  #isHeldBack({ chunk, state }: BoardChunk): boolean {
    if (state !== 'parked' || !this.isSuspect(chunk)) return false;
    return [...this.#chunks.values()].some(
      (other) => other.state !== 'parked' && this.isSuspect(other.chunk),
    );
  }

  #dueAt(chunk: BoardChunk): number {
    return chunk.state === 'parked' ? chunk.until - PARK_LEAD_MS : chunk.until;
  }

  #setBack(chunk: BoardChunk, until: number): void {
    this.#put({ ...chunk, state: 'parked', until: until + PARK_LEAD_MS, leaseId: null });
  }

  #leasedBy(chunk: number, leaseId: string): BoardChunk | null {
    const found = this.#chunks.get(chunk);
    return found?.state === 'leased' && found.leaseId === leaseId ? found : null;
  }

  #put(chunk: BoardChunk): void {
    this.#chunks.set(chunk.chunk, chunk);
    this.#storage.save(chunk);
  }
}
