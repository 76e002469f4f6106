import sharp from 'sharp';
import type { Rect, Turn } from './photographs.ts';

/** Grey values of a photograph summed so that any rectangle's mean and deviation cost four reads each. */
export interface TonalMap {
  width: number;
  height: number;
  /** Mean grey of a rectangle, 0-255. */
  mean: (rect: Rect) => number;
  /** Standard deviation of grey in a rectangle, 0-127.5. */
  deviation: (rect: Rect) => number;
}

/** Reads an image file into a map of summed areas. Throws what sharp throws for an unreadable file. */
export async function readTonalMap(path: string): Promise<TonalMap> {
  const { data, info } = await sharp(path).greyscale().raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const row = width + 1;
  const sums = new Float64Array(row * (height + 1));
  const squares = new Float64Array(row * (height + 1));
  for (let y = 0; y < height; y += 1) {
    let sum = 0;
    let square = 0;
    for (let x = 0; x < width; x += 1) {
      const grey = data[(y * width + x) * channels] ?? 0;
      sum += grey;
      square += grey * grey;
      const at = (y + 1) * row + x + 1;
      sums[at] = (sums[at - row] ?? 0) + sum;
      squares[at] = (squares[at - row] ?? 0) + square;
    }
  }
  const total = (table: Float64Array, rect: Rect): number => {
    const right = rect.left + rect.width;
    const bottom = rect.top + rect.height;
    const read = (x: number, y: number): number => table[y * row + x] ?? 0;
    return read(right, bottom) - read(rect.left, bottom) - read(right, rect.top) + read(rect.left, rect.top);
  };
  const mean = (rect: Rect): number => total(sums, rect) / (rect.width * rect.height);
  const deviation = (rect: Rect): number => {
    const variance = total(squares, rect) / (rect.width * rect.height) - mean(rect) ** 2;
    return Math.sqrt(Math.max(0, variance));
  };
  return { width, height, mean, deviation };
}

const HASH_COLUMNS = 9;
const HASH_ROWS = 8;

/**
 * 64-bit difference hash of a window as it looks once turned: one bit per neighbouring pair of a 9 x 8 grid of means,
 * set when the left one is darker.
 */
export function hashWindow(map: TonalMap, rect: Rect, turn: Turn): bigint {
  let hash = 0n;
  for (let y = 0; y < HASH_ROWS; y += 1) {
    let before = 0;
    for (let x = 0; x < HASH_COLUMNS; x += 1) {
      const grey = map.mean(turnedCell(rect, turn, x, y));
      if (x > 0) hash = (hash << 1n) | (before < grey ? 1n : 0n);
      before = grey;
    }
  }
  return hash;
}

/** Number of bits in which two hashes differ, 0-64. */
export function countDifferentBits(a: bigint, b: bigint): number {
  let rest = a ^ b;
  let bits = 0;
  for (; rest > 0n; bits += 1) rest &= rest - 1n;
  return bits;
}

/** The part of the window that is seen at column x and row y of the hash grid after the turn. */
function turnedCell(rect: Rect, turn: Turn, x: number, y: number): Rect {
  const corner = (column: number, row: number): [number, number] => {
    const u = column / HASH_COLUMNS;
    const v = row / HASH_ROWS;
    switch (turn) {
      case 'upright':
        return [u, v];
      case 'mirrored':
        return [1 - u, v];
      case 'quarter':
        return [v, 1 - u];
      case 'half':
        return [1 - u, 1 - v];
      case 'three-quarters':
        return [1 - v, u];
    }
  };
  const [ax, ay] = corner(x, y);
  const [bx, by] = corner(x + 1, y + 1);
  const left = rect.left + Math.round(Math.min(ax, bx) * rect.width);
  const top = rect.top + Math.round(Math.min(ay, by) * rect.height);
  const right = rect.left + Math.round(Math.max(ax, bx) * rect.width);
  const bottom = rect.top + Math.round(Math.max(ay, by) * rect.height);
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}
