import { corrupt } from './fault.ts';

/*
 * Huffman codes of sequential JPEGs (ITU-T T.81, annexes C and F.2.2) for a reader that wants DC values and passes
 * over AC values. Most steps are one look-up of the next LOOKUP_BITS bits; longer codes are searched by length.
 * More bits make the tables dearer than the steps they save: 10 were best for files of 60 KB.
 */

export const LOOKUP_BITS = 10;
export const BLOCK_COEFFICIENTS = 64;
/** Bits of an entry that hold a length; what is counted or added lies above them. */
export const LENGTH_BITS = 5;
export const LENGTH_MASK = (1 << LENGTH_BITS) - 1;
/** Added to the coefficients of an AC entry that ends its block: more than all before could come to. */
export const BLOCK_END = 256;

const ENTRIES = 1 << LOOKUP_BITS;
/** The coefficients of what is not in the look-up, apart from all others. */
const ABSENT = 1024;
const MAX_CODE_BITS = 16;
const MAX_DC_BITS = 15;
/** The reader loads 32 bits an entry ahead: up to seven of them are past, then this entry, then the next look-up. */
const MAX_ENTRY_BITS = 32 - 7 - LOOKUP_BITS;

/** A canonical prefix code. The arrays are indexed by code length. */
interface PrefixCode {
  /** The greatest code of a length, or -1. */
  maxCodes: Int32Array;
  /** What to add to a code for its place in `symbols`. */
  offsets: Int32Array;
  symbols: Uint8Array;
}

/** `lookup` has 0, or `difference << LENGTH_BITS | length` with the length of code and value together. */
export interface DcTable {
  code: PrefixCode;
  lookup: Int32Array;
}

/**
 * `lookup` has `coefficients << LENGTH_BITS | length` for as many whole symbols, values included, as fit; the last
 * may be the end of the block.
 */
export interface AcTable {
  code: PrefixCode;
  lookup: Uint16Array;
}

/** A table of a DHT segment: 16 numbers of codes by length, then the symbols. */
export type HuffmanSpec = Uint8Array;

/** Throws ImageFault for code lengths that are no prefix code and for values of more than 15 bits. */
export function makeDcTable(spec: HuffmanSpec): DcTable {
  const lookup = new Int32Array(ENTRIES);
  const code = assignCodes(spec, (symbol, bits, length) => {
    if (symbol > MAX_DC_BITS) throw corrupt('size of a DC difference');
    const total = length + symbol;
    if (total > LOOKUP_BITS) return;
    const spare = LOOKUP_BITS - total;
    for (let value = 0; value < 1 << symbol; value++) {
      const first = ((bits << symbol) | value) << spare;
      lookup.fill((extend(value, symbol) << LENGTH_BITS) | total, first, first + (1 << spare));
    }
  });
  return { code, lookup };
}

/** Throws ImageFault for code lengths that are no prefix code. */
export function makeAcTable(spec: HuffmanSpec): AcTable {
  const single = new Uint16Array(ENTRIES);
  const code = assignCodes(spec, (symbol, bits, length) => {
    const total = length + (symbol & 15);
    if (length > LOOKUP_BITS || total > MAX_ENTRY_BITS) return;
    const spare = LOOKUP_BITS - length;
    single.fill((countCoefficients(symbol) << LENGTH_BITS) | total, bits << spare, (bits + 1) << spare);
  });
  return { code, lookup: chainSymbols(single) };
}

/** Puts symbols that follow each other within LOOKUP_BITS into one entry. */
function chainSymbols(single: Uint16Array): Uint16Array {
  const lookup = new Uint16Array(ENTRIES);
  for (let bits = 0; bits < ENTRIES; bits++) {
    const first = single[bits] ?? 0;
    let length = first & LENGTH_MASK;
    let coefficients = first === 0 ? ABSENT : first >>> LENGTH_BITS;
    while (coefficients < BLOCK_COEFFICIENTS && length < LOOKUP_BITS) {
      const next = single[(bits << length) & (ENTRIES - 1)] ?? 0;
      const total = length + (next & LENGTH_MASK);
      if (next === 0 || total > LOOKUP_BITS) break;
      length = total;
      coefficients += next >>> LENGTH_BITS;
    }
    lookup[bits] = (coefficients << LENGTH_BITS) | length;
  }
  return lookup;
}

/** Figure F.13: run and value, sixteen zeros, or the end of the block, which any other run without a value is too. */
export function countCoefficients(symbol: number): number {
  const run = symbol >> 4;
  const isEnd = (symbol & 15) === 0 && run < 15;
  return isEnd ? BLOCK_END : run + 1;
}

/** The next 25 bits or more at a bit position, from the top of the result down. */
export function peek(view: DataView, position: number): number {
  return view.getInt32(position >>> 3) << (position & 7);
}

/** The code at a bit position as `symbol << LENGTH_BITS | length`. Throws ImageFault when there is no such code. */
export function findSymbol(view: DataView, position: number, code: PrefixCode): number {
  const bits = peek(view, position);
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    const candidate = bits >>> (32 - length);
    if (candidate > (code.maxCodes[length] ?? -1)) continue;
    const symbol = code.symbols[candidate + (code.offsets[length] ?? 0)] ?? 0;
    return (symbol << LENGTH_BITS) | length;
  }
  throw corrupt('Huffman code that is not in its table');
}

/** The DC difference at a bit position in the form of the look-up, for those that are not in it. */
export function findDifference(view: DataView, position: number, { code }: DcTable): number {
  const found = findSymbol(view, position, code);
  const length = found & LENGTH_MASK;
  const size = found >>> LENGTH_BITS;
  // A shift by 32 is a shift by none.
  const value = size === 0 ? 0 : peek(view, position + length) >>> (32 - size);
  return (extend(value, size) << LENGTH_BITS) | (length + size);
}

/** Table F.1: of the values of a size the lower half stands for negative ones. */
function extend(value: number, size: number): number {
  return size > 0 && value >>> (size - 1) === 0 ? value - (1 << size) + 1 : value;
}

/** Figures C.1 and C.2. */
function assignCodes(
  spec: HuffmanSpec,
  use: (symbol: number, bits: number, length: number) => void,
): PrefixCode {
  const maxCodes = new Int32Array(MAX_CODE_BITS + 1).fill(-1);
  const offsets = new Int32Array(MAX_CODE_BITS + 1);
  const symbols = spec.subarray(MAX_CODE_BITS);
  for (let length = 1, bits = 0, index = 0; length <= MAX_CODE_BITS; length++, bits <<= 1) {
    const count = spec[length - 1] ?? 0;
    if (count === 0) continue;
    offsets[length] = index - bits;
    for (const end = index + count; index < end; index++, bits++) use(symbols[index] ?? 0, bits, length);
    // C.2: no code is all ones.
    if (bits >= 1 << length) throw corrupt('Huffman code lengths');
    maxCodes[length] = bits - 1;
  }
  return { maxCodes, offsets, symbols };
}
