const BLOCK_BYTES = 65_536;

/** Grows by whole blocks: many small pieces cost their bytes, not one object each. */
export class ByteList {
  readonly #blocks: Uint8Array[] = [];
  #used = BLOCK_BYTES;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      let block = this.#blocks.at(-1);
      if (block === undefined || this.#used === BLOCK_BYTES) {
        block = new Uint8Array(BLOCK_BYTES);
        this.#blocks.push(block);
        this.#used = 0;
      }
      const taken = Math.min(BLOCK_BYTES - this.#used, bytes.length - at);
      block.set(bytes.subarray(at, at + taken), this.#used);
      this.#used += taken;
      at += taken;
    }
    this.#length += bytes.length;
  }

  /** Views of everything appended, in order. */
  *pieces(): Generator<Uint8Array, void, undefined> {
    const last = this.#blocks.length - 1;
    for (const [index, block] of this.#blocks.entries()) {
      yield index === last ? block.subarray(0, this.#used) : block;
    }
  }
}
