import type { RoomStorage } from './room-storage.ts';

/**
 * The bytes of events, summed up, so that those of any range cost two look-ups. In memory only: what is older than the
 * object is read once somebody is that far behind.
 */
export class EventSizes {
  readonly #storage: RoomStorage;
  /** `#sums[i]`: bytes of the events after `#base`, up to `#base + i`. */
  #sums = [0];
  #base: number;

  constructor(storage: RoomStorage, head: number) {
    this.#storage = storage;
    this.#base = head;
  }

  /** The next event. */
  append(bytes: number): void {
    this.#sums.push((this.#sums.at(-1) ?? 0) + bytes);
  }

  /** Of the events after one sequence, up to another; those that the log has forgotten count nothing. */
  between(after: number, upTo: number): number {
    if (upTo <= after) return 0;
    if (after < this.#base) this.#load(after);
    return this.#upTo(upTo) - this.#upTo(after);
  }

  /** Events up to this sequence are forgotten. */
  forget(seq: number): void {
    const count = Math.min(seq - this.#base, this.#sums.length - 1);
    if (count <= 0) return;
    this.#sums.splice(0, count);
    this.#base += count;
  }

  #upTo(seq: number): number {
    const at = Math.min(Math.max(0, seq - this.#base), this.#sums.length - 1);
    return this.#sums[at] ?? 0;
  }

  #load(after: number): void {
    const sizes = [...this.#storage.sizesAfter(after)];
    this.#base += this.#sums.length - 1 - sizes.length;
    this.#sums = [0];
    for (const bytes of sizes) this.append(bytes);
  }
}
