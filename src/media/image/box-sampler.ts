import type { Pixels } from './types.ts';

/** For each source position the first target cell it covers, and the share of it that falls there. */
interface Coverage {
  cells: Uint16Array;
  shares: Float32Array;
}

/**
 * Shrinks an image by area averaging while its rows arrive, in any order: memory is that of the result.
 * Colours are weighted by alpha, so transparent pixels lend no colour to their neighbours. Averages are
 * taken in sRGB. The target may not be larger than the source.
 */
export class BoxSampler {
  readonly #width: number;
  readonly #height: number;
  readonly #columns: Coverage;
  readonly #rows: Coverage;
  readonly #sums: Float64Array;
  readonly #pixelArea: number;

  constructor(sourceWidth: number, sourceHeight: number, width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#columns = coverCells(sourceWidth, width);
    this.#rows = coverCells(sourceHeight, height);
    this.#sums = new Float64Array(width * height * 4);
    this.#pixelArea = (width / sourceWidth) * (height / sourceHeight);
  }

  /**
   * Adds `count` RGBA pixels of source row `y`. Pixel k lies in source column `firstColumn + k * step`,
   * which is how a pass of an interlaced image is spread.
   */
  addRow(y: number, rgba: Uint8Array, count: number, firstColumn = 0, step = 1): void {
    const cell = this.#rows.cells[y] ?? 0;
    const share = this.#rows.shares[y] ?? 1;
    this.#addToRow(cell, share, rgba, count, firstColumn, step);
    if (share < 1) this.#addToRow(cell + 1, 1 - share, rgba, count, firstColumn, step);
  }

  #addToRow(
    row: number,
    weight: number,
    rgba: Uint8Array,
    count: number,
    firstColumn: number,
    step: number,
  ): void {
    const sums = this.#sums;
    const { cells, shares } = this.#columns;
    const base = row * this.#width;
    for (let index = 0, at = 0, x = firstColumn; index < count; index++, at += 4, x += step) {
      const share = shares[x] ?? 1;
      const alpha = (rgba[at + 3] ?? 0) * weight;
      const red = (rgba[at] ?? 0) * alpha;
      const green = (rgba[at + 1] ?? 0) * alpha;
      const blue = (rgba[at + 2] ?? 0) * alpha;
      const to = (base + (cells[x] ?? 0)) * 4;
      sums[to] = (sums[to] ?? 0) + red * share;
      sums[to + 1] = (sums[to + 1] ?? 0) + green * share;
      sums[to + 2] = (sums[to + 2] ?? 0) + blue * share;
      sums[to + 3] = (sums[to + 3] ?? 0) + alpha * share;
      if (share < 1) {
        const rest = 1 - share;
        sums[to + 4] = (sums[to + 4] ?? 0) + red * rest;
        sums[to + 5] = (sums[to + 5] ?? 0) + green * rest;
        sums[to + 6] = (sums[to + 6] ?? 0) + blue * rest;
        sums[to + 7] = (sums[to + 7] ?? 0) + alpha * rest;
      }
    }
  }

  /** The averages of all rows added so far. */
  finish(): Pixels {
    const sums = this.#sums;
    const data = new Uint8ClampedArray(sums.length);
    for (let at = 0; at < sums.length; at += 4) {
      const alpha = sums[at + 3] ?? 0;
      if (alpha === 0) continue;
      data[at] = (sums[at] ?? 0) / alpha;
      data[at + 1] = (sums[at + 1] ?? 0) / alpha;
      data[at + 2] = (sums[at + 2] ?? 0) / alpha;
      data[at + 3] = alpha * this.#pixelArea;
    }
    return { data, width: this.#width, height: this.#height };
  }
}

/** The size that fits a square of `side` pixels with the same proportions; never larger than the source. */
export function fitInside(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function coverCells(source: number, target: number): Coverage {
  const cells = new Uint16Array(source);
  const shares = new Float32Array(source);
  for (let position = 0; position < source; position++) {
    const cell = Math.floor((position * target) / source);
    // In units of 1 / source, so that the sums are whole numbers and the last cell is never passed.
    const inside = (cell + 1) * source - position * target;
    cells[position] = cell;
    shares[position] = Math.min(1, inside / target);
  }
  return { cells, shares };
}
