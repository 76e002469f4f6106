import { corrupt } from './fault.ts';

/**
 * Big-endian reads that cannot leave the file: a read past the end is the fault `corrupt`, never a
 * RangeError, so a hostile offset ends like a truncated file.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(at: number): number {
    this.#need(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.#need(at, 2);
    return this.#view.getUint16(at);
  }

  u32(at: number): number {
    this.#need(at, 4);
    return this.#view.getUint32(at);
  }

  /** A view, not a copy. */
  slice(at: number, length: number): Uint8Array {
    this.#need(at, length);
    return this.bytes.subarray(at, at + length);
  }

  #need(at: number, length: number): void {
    if (at + length > this.bytes.length) throw corrupt(`truncated at byte ${this.bytes.length}`);
  }
}
