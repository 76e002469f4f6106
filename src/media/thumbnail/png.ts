import { BoxSampler, fitInside } from '../image/box-sampler.ts';
import { ImageFault, corrupt } from '../image/fault.ts';
import { type PngStructure, imageData } from '../image/png.ts';
import type { Pixels } from '../image/types.ts';
import { unfilterLine } from './png-filter.ts';
import { createLineExpander } from './png-samples.ts';

/** One line of samples and the source pixels it holds: columns `x`, `x + step`, ... of row `y`. */
interface Scanline {
  y: number;
  x: number;
  step: number;
  count: number;
  isFirstOfPass: boolean;
}

const WHOLE_IMAGE = { x: 0, y: 0, dx: 1, dy: 1 };

/** PNG, section 8.2. */
const ADAM7_PASSES = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/** So that inflating never runs far ahead of the lines being read. */
const INFLATE_STEP_BYTES = 65_536;

/**
 * Decodes a PNG line by line and averages it down to fit a square of `side` pixels; the orientation is
 * not applied. Two lines and the result are in memory, for interlaced images too, because averaging
 * takes the pixels of a pass in any order. Throws ImageFault when the data are damaged, too short or
 * too long.
 */
export async function decodePng(bytes: Uint8Array, png: PngStructure, side: number): Promise<Pixels> {
  const target = fitInside(png.width, png.height, side);
  const sampler = new BoxSampler(png.width, png.height, target.width, target.height);
  const takeBytes = createLineDecoder(png, sampler);
  const reader = inflate(imageData(bytes, png.dataStart)).getReader();
  try {
    for (;;) {
      const { done, value } = await readInflated(reader);
      if (done) break;
      takeBytes(value);
    }
    takeBytes(null);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return sampler.finish();
}

/** Returns a function that takes the inflated bytes in pieces of any size, then null for the end. */
function createLineDecoder(png: PngStructure, sampler: BoxSampler): (piece: Uint8Array | null) => void {
  const pixelBits = png.depth * png.channels;
  const pixelBytes = Math.max(1, pixelBits >> 3);
  const expand = createLineExpander(png);
  const rgba = new Uint8Array(png.width * 4);
  let current = new Uint8Array(1 + Math.ceil((png.width * pixelBits) / 8));
  let previous = new Uint8Array(current.length);
  let filled = 0;
  const lines = scanlines(png);
  let next = lines.next();

  return (piece) => {
    if (piece === null) {
      if (next.done !== true) throw corrupt('image data are too short');
      return;
    }
    for (let at = 0; at < piece.length;) {
      if (next.done === true) throw corrupt('image data are too long');
      const line = next.value;
      const length = 1 + Math.ceil((line.count * pixelBits) / 8);
      const taken = Math.min(length - filled, piece.length - at);
      current.set(piece.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < length) return;

      if (line.isFirstOfPass) previous.fill(0);
      unfilterLine(current, previous, length, pixelBytes);
      expand(current, line.count, rgba);
      sampler.addRow(line.y, rgba, line.count, line.x, line.step);
      [current, previous] = [previous, current];
      filled = 0;
      next = lines.next();
    }
  };
}

/** A pass without columns or rows has no lines at all, not even filter bytes. */
function* scanlines({ width, height, interlaced }: PngStructure): Generator<Scanline, void, undefined> {
  for (const { x, y, dx, dy } of interlaced ? ADAM7_PASSES : [WHOLE_IMAGE]) {
    const count = Math.ceil((width - x) / dx);
    if (count <= 0) continue;
    for (let row = y; row < height; row += dy) yield { y: row, x, step: dx, count, isFirstOfPass: row === y };
  }
}

function inflate(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const pieces = split(chunks);
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const { done, value } = pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
  return source.pipeThrough(new DecompressionStream('deflate'));
}

/** Copies, because a runtime may take ownership of what it is given. */
function* split(chunks: Iterable<Uint8Array>): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += INFLATE_STEP_BYTES)
      yield chunk.slice(at, at + INFLATE_STEP_BYTES);
  }
}

/** The runtimes disagree on the error of bad deflate data; its source holds nothing else that can fail. */
async function readInflated(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (error) {
    throw error instanceof ImageFault ? error : corrupt(`compressed data: ${String(error)}`);
  }
}
