import type { Bookmark } from '../../../src/lib/bookmark.ts';

/** What a transaction that reads sees: the newest committed version of each row, and who was still writing. */
export interface Snapshot {
  /** The lowest transaction that had not ended. */
  xmin: bigint;
  /** The next transaction to begin. */
  xmax: bigint;
  versionOf(row: string): number;
}

interface Transaction {
  xid: bigint;
  row: string;
  version: number;
}

/**
 * Postgres as far as visibility goes: transactions take their xid when they begin to write, and commit in any order. The
 * standby is the primary as it was some events ago.
 */
export class VersionedDatabase {
  epoch = 1;
  #next = 100n;
  #running = new Map<string, Transaction>();
  #committed: Transaction[] = [];
  #versions = new Map<string, number>();
  #history: Snapshot[] = [this.#look()];
  #replayed = 0;

  /** Begins to write a row; null when somebody does already, who would be waited for. */
  begin(writer: string, row: string): void {
    const isLocked = [...this.#running.values()].some((other) => other.row === row);
    if (isLocked || this.#running.has(writer)) return;
    const version = (this.#versions.get(row) ?? 0) + 1;
    this.#versions.set(row, version);
    this.#running.set(writer, { xid: this.#next++, row, version });
    this.#history.push(this.#look());
  }

  /** Where the writer's transaction is found from now on, and what it wrote; null when there is none. */
  commit(writer: string): { position: Bookmark; row: string; version: number } | null {
    const transaction = this.#running.get(writer);
    if (!transaction) return null;
    this.#running.delete(writer);
    this.#committed.push(transaction);
    this.#history.push(this.#look());
    const { xid, row, version } = transaction;
    return { position: { epoch: this.epoch, xid }, row, version };
  }

  primary(): Snapshot {
    return this.#look();
  }

  replica(): Snapshot {
    return this.#history[this.#replayed] ?? this.#look();
  }

  /** Lets the standby catch up by so many events. */
  replay(events: number): void {
    this.#replayed = Math.min(this.#history.length - 1, this.#replayed + events);
  }

  #look(): Snapshot {
    const running = [...this.#running.values()].map(({ xid }) => xid);
    const xmin = running.reduce((least, xid) => (xid < least ? xid : least), this.#next);
    const committed = [...this.#committed];
    return {
      xmin,
      xmax: this.#next,
      versionOf: (row) =>
        Math.max(0, ...committed.filter((one) => one.row === row).map(({ version }) => version)),
    };
  }
}
