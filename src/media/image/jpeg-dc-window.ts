import { corrupt } from './fault.ts';

/** A picture of the usual size is one window, and a window stays in the processor's cache. */
const WINDOW_BYTES = 1 << 16;
/**
 * More than a unit can take: ten blocks of 64 coefficients, each a code of 16 and a value of 15 bits, and the rest of
 * a peek. So many zeros lie behind the data of an interval, for a unit that is cut off.
 */
const UNIT_BYTES = 2560;
const RST0 = 0xd0;

/** Isolate lifetime. Its content is nobody's between two synchronous reads. */
const buffer = new Uint8Array(WINDOW_BYTES + UNIT_BYTES);
const view = new DataView(buffer.buffer);

/**
 * The entropy-coded data of a scan, without the zero bytes stuffed behind each 0xFF (ITU-T T.81, B.1.1.5), a piece
 * at a time. Positions are bits from the start of the window. Only one may be in use.
 */
export class ScanWindow {
  readonly view = view;
  /** From this position on a unit may not start: call `advance`. */
  limit = 0;
  readonly #bytes: Uint8Array;
  readonly #source: DataView;
  #at: number;
  #filled = 0;
  /** The window reaches to the marker at `#at`. */
  #isWhole = false;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#fill();
  }

  /** Offset in the file of the marker (or of its first fill byte) that ends the interval, once that is reached. */
  get markerAt(): number {
    return this.#at;
  }

  /** Moves the window on and returns the new position of the same bit. Throws ImageFault when no data are left. */
  advance(position: number): number {
    if (this.#isWhole) throw corrupt('scan data end early');
    const start = position >>> 3;
    const kept = this.#filled - start;
    buffer.copyWithin(0, start, this.#filled);
    this.#filled = kept;
    this.#fill();
    return position & 7;
  }

  /** The number of whole bytes between the end of the last unit and the marker. Throws ImageFault when it is negative. */
  finish(position: number): number {
    const end = this.#isWhole ? position : this.advance(position);
    const left = this.#filled - ((end + 7) >>> 3);
    if (left < 0) throw corrupt('scan data end early');
    return left;
  }

  /** Starts the interval behind the given restart marker, at position 0. Throws ImageFault when another is there. */
  restart(count: number): void {
    while (this.#bytes[this.#at + 1] === 0xff) this.#at++;
    if (this.#bytes[this.#at + 1] !== RST0 + (count % 8)) throw corrupt('restart marker missing');
    this.#at += 2;
    this.#filled = 0;
    this.#fill();
  }

  #fill(): void {
    let at = this.#at;
    let to = this.#filled;
    this.#isWhole = false;
    while (to < WINDOW_BYTES) {
      const copied = copyWords(this.#source, at, to);
      at += copied;
      to += copied;
      if (to === WINDOW_BYTES) break;
      const byte = this.#bytes[at];
      if (byte === undefined) throw corrupt('truncated inside scan data');
      if (byte === 0xff) {
        const marker = this.#skipFill(at + 1);
        this.#isWhole = this.#bytes[marker] !== 0;
        if (this.#isWhole) break;
        at = marker;
      }
      buffer[to++] = byte;
      at++;
    }
    if (this.#isWhole) buffer.fill(0, to, to + UNIT_BYTES);
    this.#at = at;
    this.#filled = to;
    this.limit = (this.#isWhole ? to : to - UNIT_BYTES) * 8;
  }

  /** A marker, and a stuffed zero too, may have more than one 0xFF before it. */
  #skipFill(from: number): number {
    let at = from;
    while (this.#bytes[at] === 0xff) at++;
    if (at >= this.#bytes.length) throw corrupt('truncated inside scan data');
    return at;
  }
}

/** Copies into the window, four bytes at a time, up to the first four with 0xFF among them. Returns the number of bytes. */
function copyWords(source: DataView, from: number, to: number): number {
  const end = Math.min(source.byteLength - from, WINDOW_BYTES - to) - 3;
  let copied = 0;
  for (; copied < end; copied += 4) {
    const word = source.getInt32(from + copied);
    // The known test for a zero byte, of the complement.
    if (((~word - 0x01010101) & word & 0x80808080) !== 0) break;
    view.setInt32(to + copied, word);
  }
  return copied;
}
