import { BoxSampler, fitInside } from '../image/box-sampler.ts';
import { corrupt } from '../image/fault.ts';
import { type GifFrame, type GifStructure, frameData } from '../image/gif.ts';
import type { Pixels } from '../image/types.ts';
import { LzwDecoder } from './lzw.ts';

/** Appendix E of the GIF89a specification. */
const INTERLACE_PASSES = [
  { first: 0, step: 8 },
  { first: 4, step: 8 },
  { first: 2, step: 4 },
  { first: 1, step: 2 },
];
const ALL_ROWS = [{ first: 0, step: 1 }];

/**
 * Decodes the first frame of a GIF row by row and averages it down, on its canvas, to fit a square of `side`
 * pixels; what the frame leaves free is transparent. Throws ImageFault when the data are damaged or too short;
 * data beyond the last pixel are left unread, as by browsers.
 */
export function decodeGif(bytes: Uint8Array, gif: GifStructure, side: number): Pixels {
  const { firstFrame: frame } = gif;
  const target = fitInside(gif.width, gif.height, side);
  const sampler = new BoxSampler(gif.width, gif.height, target.width, target.height);
  const colors = expandPalette(frame);
  const rows = listRows(frame);
  let row = rows.next();
  let x = 0;
  const rgba = new Uint32Array(frame.width);
  const rgbaBytes = new Uint8Array(rgba.buffer);
  const lzw = new LzwDecoder(frame.codeSize, (pixels) => {
    for (const index of pixels) {
      if (row.done === true) return false;
      rgba[x++] = colors[index] ?? 0;
      if (x < frame.width) continue;
      sampler.addRow(frame.y + row.value, rgbaBytes, frame.width, frame.x);
      row = rows.next();
      x = 0;
    }
    return row.done !== true;
  });
  for (const block of frameData(bytes, frame)) if (!lzw.push(block)) break;
  if (row.done !== true) throw corrupt('image data are too short');
  return sampler.finish();
}

/** RGBA of all 256 indexes, in memory order. One beyond the palette is shown as opaque black. */
function expandPalette({ palette, transparentIndex }: GifFrame): Uint32Array {
  const bytes = new Uint8Array(256 * 4);
  for (let index = 0; index < 256; index++) {
    bytes.set(palette.subarray(index * 3, index * 3 + 3), index * 4);
    bytes[index * 4 + 3] = index === transparentIndex ? 0 : 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** The rows of a frame in the order in which they are stored. */
function* listRows({ height, interlaced }: GifFrame): Generator<number, void, undefined> {
  for (const { first, step } of interlaced ? INTERLACE_PASSES : ALL_ROWS) {
    for (let row = first; row < height; row += step) yield row;
  }
}
