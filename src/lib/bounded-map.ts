/** A Map of at most `maxEntries`: setting one more forgets the entry that was set longest ago. */
export class BoundedMap<V> extends Map<string, V> {
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    super();
    this.#maxEntries = maxEntries;
  }

  override set(key: string, value: V): this {
    this.delete(key);
    for (const oldest of this.keys()) {
      if (this.size < this.#maxEntries) break;
      this.delete(oldest);
    }
    return super.set(key, value);
  }
}
