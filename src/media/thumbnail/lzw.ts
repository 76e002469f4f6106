import { corrupt } from '../image/fault.ts';

const MAX_CODES = 4096;
const MAX_CODE_BITS = 12;

/**
 * Undoes the compression of GIF (GIF89a specification, appendix F) piece by piece. `write` gets each run of
 * pixels in a buffer that the next run overwrites, and answers whether it wants more. Memory is four tables of
 * 4,096 codes, whatever the data say.
 */
export class LzwDecoder {
  readonly #codeSize: number;
  readonly #clearCode: number;
  readonly #write: (pixels: Uint8Array) => boolean;
  readonly #prefixes = new Uint16Array(MAX_CODES);
  readonly #lasts = new Uint8Array(MAX_CODES);
  readonly #firsts = new Uint8Array(MAX_CODES);
  readonly #lengths = new Uint16Array(MAX_CODES);
  readonly #run = new Uint8Array(MAX_CODES);
  #nextCode: number;
  #codeBits: number;
  /** The code before, or null at the start and after a clear code. */
  #previous: number | null = null;
  #buffer = 0;
  #bufferBits = 0;

  /** `codeSize` is the number of bits of an uncompressed pixel, 1 to 8. */
  constructor(codeSize: number, write: (pixels: Uint8Array) => boolean) {
    this.#codeSize = codeSize;
    this.#clearCode = 2 ** codeSize;
    this.#write = write;
    for (let code = 0; code < this.#clearCode; code++) {
      this.#lasts[code] = code;
      this.#firsts[code] = code;
      this.#lengths[code] = 1;
    }
    this.#nextCode = this.#clearCode + 2;
    this.#codeBits = codeSize + 1;
  }

  /** Takes the next bytes; false when the end code has come or no more pixels are wanted. Throws ImageFault. */
  push(bytes: Uint8Array): boolean {
    for (const byte of bytes) {
      this.#buffer |= byte << this.#bufferBits;
      this.#bufferBits += 8;
      while (this.#bufferBits >= this.#codeBits) {
        const code = this.#buffer & ((1 << this.#codeBits) - 1);
        this.#buffer >>>= this.#codeBits;
        this.#bufferBits -= this.#codeBits;
        if (!this.#takeCode(code)) return false;
      }
    }
    return true;
  }

  #takeCode(code: number): boolean {
    if (code === this.#clearCode + 1) return false;
    if (code === this.#clearCode) {
      this.#nextCode = this.#clearCode + 2;
      this.#codeBits = this.#codeSize + 1;
      this.#previous = null;
      return true;
    }
    const isKnown = code < this.#nextCode;
    if (!isKnown && (code > this.#nextCode || this.#previous === null)) throw corrupt('unknown LZW code');
    if (this.#previous !== null && this.#nextCode < MAX_CODES) {
      this.#addCode(this.#previous, this.#firsts[isKnown ? code : this.#previous] ?? 0);
    }
    this.#previous = code;
    return this.#write(this.#expand(code));
  }

  /** The run of a code, and one pixel more. A full table stays as it is until it is cleared. */
  #addCode(prefix: number, last: number): void {
    const code = this.#nextCode++;
    this.#prefixes[code] = prefix;
    this.#lasts[code] = last;
    this.#firsts[code] = this.#firsts[prefix] ?? 0;
    this.#lengths[code] = (this.#lengths[prefix] ?? 0) + 1;
    if (this.#nextCode >= 1 << this.#codeBits && this.#codeBits < MAX_CODE_BITS) this.#codeBits++;
  }

  #expand(code: number): Uint8Array {
    const length = this.#lengths[code] ?? 0;
    let from = code;
    for (let at = length - 1; at >= 0; at--) {
      this.#run[at] = this.#lasts[from] ?? 0;
      from = this.#prefixes[from] ?? 0;
    }
    return this.#run.subarray(0, length);
  }
}
