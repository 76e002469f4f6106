import { corrupt } from './fault.ts';

/**
 * Reads that cannot leave the file, big-endian unless they say otherwise: a read past the end is the fault
 * `corrupt`, never a RangeError, so a hostile offset ends like a truncated file.
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

  /** The same bytes at the same offsets, with an earlier end. */
  until(end: number): ByteReader {
    return new ByteReader(this.slice(0, end));
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

  /** Exact up to 2^53 only, but a greater number is beyond the end of any file all the same. */
  u64(at: number): number {
    return this.u32(at) * 2 ** 32 + this.u32(at + 4);
  }

  u16le(at: number): number {
    this.#need(at, 2);
    return this.#view.getUint16(at, true);
  }

  u24le(at: number): number {
    return this.u16le(at) + this.u8(at + 2) * 2 ** 16;
  }

  u32le(at: number): number {
    this.#need(at, 4);
    return this.#view.getUint32(at, true);
  }

  /** A type of four characters. */
  tag(at: number): string {
    return String.fromCharCode(...this.slice(at, 4));
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
