import { formatColor } from './average-color.ts';
import { corrupt } from './fault.ts';
import type { JpegComponent, JpegFrame } from './jpeg-segment.ts';

/** How the samples of the components make a colour. */
export type ColorModel = 'grey' | 'ycc' | 'rgb';

/** Cells along a side, at most: to clamp colours per cell is nearly to clamp them per pixel, and takes little memory. */
const MAX_CELLS = 40;
const BLOCK_SIDE = 8;
const MID_SAMPLE = 128;
/** The DC coefficient is eight times the mean of its block (ITU-T T.81, A.3.3). */
const DC_SCALE = 8;

/** Where the blocks of one component go; padding beyond the edge of the image weighs nothing. */
export interface DcPlane {
  /** Per cell, row by row: the sum of DC coefficients, each times the number of samples that its block has in the image. */
  sums: Float64Array;
  across: AxisPlaces;
  down: AxisPlaces;
}

/** How the blocks of a component lie along one axis. */
interface AxisPlaces {
  /** By block: the place of its cell in `sums`, this axis's share of it. */
  offsets: Uint16Array;
  /** By block: the samples of it that are of the image, 0 to 8. */
  samples: Uint8Array;
  /** By cell: all samples of the component. */
  totals: Uint16Array;
}

/** Averages the blocks of a frame in a coarse grid. */
export class DcGrid {
  readonly #planes: Map<JpegComponent, DcPlane>;
  readonly #widths: Uint16Array;
  readonly #heights: Uint16Array;

  constructor({ width, height, components }: JpegFrame) {
    const hMax = Math.max(...components.map(({ h }) => h));
    const vMax = Math.max(...components.map(({ v }) => v));
    this.#widths = placeBlocks(width, hMax, hMax, 1).totals;
    this.#heights = placeBlocks(height, vMax, vMax, 1).totals;
    this.#planes = new Map(
      components.map((component) => {
        const across = placeBlocks(width, hMax, component.h, 1);
        const down = placeBlocks(height, vMax, component.v, across.totals.length);
        const sums = new Float64Array(across.totals.length * down.totals.length);
        return [component, { sums, across, down }];
      }),
    );
  }

  /** Undefined for a component of another frame. */
  planeOf(component: JpegComponent): DcPlane | undefined {
    return this.#planes.get(component);
  }

  /** Mean colour of the image as `#rrggbb`. */
  averageColor(model: ColorModel): string {
    const [first, second = first, third = first] = this.#planes.values();
    if (first === undefined || second === undefined || third === undefined) throw corrupt('no components');
    let [redSum, greenSum, blueSum, pixels] = [0, 0, 0, 0];
    for (let row = 0; row < this.#heights.length; row++) {
      for (let column = 0; column < this.#widths.length; column++) {
        let red = meanSample(first, row, column);
        let green = meanSample(second, row, column);
        let blue = meanSample(third, row, column);
        if (model === 'ycc') {
          // JFIF (ITU-T T.871), section 7.
          const luma = red;
          const cb = green - MID_SAMPLE;
          const cr = blue - MID_SAMPLE;
          red = luma + 1.402 * cr;
          green = luma - 0.344136 * cb - 0.714136 * cr;
          blue = luma + 1.772 * cb;
        }
        const area = (this.#widths[column] ?? 0) * (this.#heights[row] ?? 0);
        redSum += clamp(red) * area;
        greenSum += clamp(green) * area;
        blueSum += clamp(blue) * area;
        pixels += area;
      }
    }
    return formatColor([redSum / pixels, greenSum / pixels, blueSum / pixels]);
  }
}

/** From 0 to 255, but for the error of quantisation. */
function meanSample({ sums, across, down }: DcPlane, row: number, column: number): number {
  const sum = sums[row * across.totals.length + column] ?? 0;
  return sum / ((across.totals[column] ?? 1) * (down.totals[row] ?? 1) * DC_SCALE) + MID_SAMPLE;
}

/** Cells are whole units of the frame (ITU-T T.81, A.2), so that those of all components coincide. */
function placeBlocks(pixels: number, maxFactor: number, factor: number, stride: number): AxisPlaces {
  const units = Math.ceil(pixels / (BLOCK_SIDE * maxFactor));
  const blocksPerCell = Math.ceil(units / MAX_CELLS) * factor;
  const blocks = units * factor;
  const samplesInImage = Math.ceil((pixels * factor) / maxFactor);
  const offsets = new Uint16Array(blocks);
  const samples = new Uint8Array(blocks);
  const totals = new Uint16Array(Math.ceil(blocks / blocksPerCell));
  for (let block = 0; block < blocks; block++) {
    const cell = Math.floor(block / blocksPerCell);
    const inImage = Math.max(0, Math.min(BLOCK_SIDE, samplesInImage - block * BLOCK_SIDE));
    offsets[block] = cell * stride;
    samples[block] = inImage;
    totals[cell] = (totals[cell] ?? 0) + inImage;
  }
  return { offsets, samples, totals };
}

function clamp(sample: number): number {
  return Math.max(0, Math.min(255, sample));
}
