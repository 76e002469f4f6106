import { RedisError, wrongType } from './reply.ts';
import { SortedSet } from './sorted-set.ts';

/** The same bound as Upstash's default for one value. */
const MAX_STRING_BYTES = 100 * 1024 * 1024;

type Value =
  | { type: 'string'; text: string }
  | { type: 'hash'; fields: Map<string, string> }
  | { type: 'set'; members: Set<string> }
  | { type: 'zset'; ranking: SortedSet };

/** `id` grows with each new key, so that SCAN can resume after deletes; `expiresAt` is in ms of the clock. */
export type Entry = Value & { id: number; expiresAt: number };

/** Keys, their typed values and their expiry. All operations are synchronous, so a command is atomic. */
export class Keyspace {
  readonly now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #expiring = new Set<string>();
  #nextId = 1;

  constructor(now: () => number) {
    this.now = now;
  }

  get size(): number {
    this.sweep();
    return this.#entries.size;
  }

  find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt > this.now()) return entry;
    this.delete(key);
    return undefined;
  }

  /** Live entries in the order their keys were created. */
  entries(): Iterable<[string, Entry]> {
    this.sweep();
    return this.#entries;
  }

  text(key: string): string | undefined {
    const entry = this.find(key);
    if (entry === undefined) return undefined;
    if (entry.type !== 'string') throw wrongType();
    return entry.text;
  }

  /** Replaces whatever the key held; an overwritten key keeps its place in a running SCAN. */
  putText(key: string, text: string, expiresAt = Infinity): void {
    if (text.length > MAX_STRING_BYTES) throw new RedisError('ERR string exceeds maximum allowed size');
    const id = this.find(key)?.id ?? this.#nextId++;
    this.#entries.set(key, { type: 'string', text, id, expiresAt: Infinity });
    this.expireAt(key, expiresAt);
  }

  /** Changes the text and keeps the expiry. */
  editText(key: string, text: string): void {
    this.putText(key, text, this.find(key)?.expiresAt);
  }

  hash(key: string): Map<string, string> | undefined {
    const entry = this.find(key);
    if (entry === undefined) return undefined;
    if (entry.type !== 'hash') throw wrongType();
    return entry.fields;
  }

  createHash(key: string): Map<string, string> {
    const existing = this.hash(key);
    if (existing !== undefined) return existing;
    const fields = new Map<string, string>();
    this.#add(key, { type: 'hash', fields });
    return fields;
  }

  set(key: string): Set<string> | undefined {
    const entry = this.find(key);
    if (entry === undefined) return undefined;
    if (entry.type !== 'set') throw wrongType();
    return entry.members;
  }

  createSet(key: string): Set<string> {
    const existing = this.set(key);
    if (existing !== undefined) return existing;
    const members = new Set<string>();
    this.#add(key, { type: 'set', members });
    return members;
  }

  sortedSet(key: string): SortedSet | undefined {
    const entry = this.find(key);
    if (entry === undefined) return undefined;
    if (entry.type !== 'zset') throw wrongType();
    return entry.ranking;
  }

  createSortedSet(key: string): SortedSet {
    const existing = this.sortedSet(key);
    if (existing !== undefined) return existing;
    const ranking = new SortedSet();
    this.#add(key, { type: 'zset', ranking });
    return ranking;
  }

  /** Redis has no empty collections: the last member takes its key along. */
  dropIfEmpty(key: string, collection: { size: number }): void {
    if (collection.size === 0) this.delete(key);
  }

  /** Sets the moment of expiry in ms; `Infinity` removes it. */
  expireAt(key: string, expiresAt: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.expiresAt = expiresAt;
    if (expiresAt === Infinity) this.#expiring.delete(key);
    else this.#expiring.add(key);
  }

  rename(from: string, to: string): void {
    const entry = this.find(from);
    if (entry === undefined) throw new RedisError('ERR no such key');
    this.delete(from);
    this.delete(to);
    this.#entries.set(to, { ...entry, id: this.#nextId++ });
    this.expireAt(to, entry.expiresAt);
  }

  delete(key: string): boolean {
    this.#expiring.delete(key);
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#expiring.clear();
  }

  /** Removes what has expired; looks only at keys that have an expiry. */
  sweep(): void {
    for (const key of this.#expiring) this.find(key);
  }

  #add(key: string, value: Value): void {
    this.#entries.set(key, { ...value, id: this.#nextId++, expiresAt: Infinity });
  }
}
