import { crc32, deflateSync } from 'node:zlib';

export interface PngRecipe {
  width: number;
  height: number;
  depth: number;
  colorType: number;
  interlaced?: boolean;
  palette?: number[];
  transparency?: number[];
  /** The samples of one pixel. */
  pixel: (x: number, y: number) => number[];
  /** Chunks put before the image data. */
  extra?: Uint8Array[];
  /** Changes the inflated image data before it is compressed. */
  changeLines?: (lines: Uint8Array) => Uint8Array;
}

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** One PNG chunk with its CRC. */
export function pngChunk(type: string, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), payload]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(payload.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** The payload of IHDR. */
export function pngHeader(
  width: number,
  height: number,
  depth: number,
  colorType: number,
  interlace = 0,
): Uint8Array {
  const payload = Buffer.alloc(13);
  payload.writeUInt32BE(width, 0);
  payload.writeUInt32BE(height, 4);
  payload.set([depth, colorType, 0, 0, interlace], 8);
  return payload;
}

/** Encodes any colour type and depth; lines use the five filters in turn, so that each is exercised. */
export function encodePng(recipe: PngRecipe): Uint8Array {
  const { width, height, depth, colorType, interlaced = false } = recipe;
  const lines = Buffer.concat(
    (interlaced ? PASSES : [[0, 0, 1, 1] as const]).flatMap(([x, y, dx, dy]) =>
      encodePass(recipe, x, y, dx, dy),
    ),
  );
  const data = deflateSync(recipe.changeLines?.(lines) ?? lines);
  const middle = Math.floor(data.length / 2);
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', pngHeader(width, height, depth, colorType, interlaced ? 1 : 0)),
    ...(recipe.palette ? [pngChunk('PLTE', Uint8Array.from(recipe.palette))] : []),
    ...(recipe.transparency ? [pngChunk('tRNS', Uint8Array.from(recipe.transparency))] : []),
    ...(recipe.extra ?? []),
    pngChunk('IDAT', data.subarray(0, middle)),
    pngChunk('IDAT', data.subarray(middle)),
    pngChunk('IEND'),
  ]);
}

function encodePass(recipe: PngRecipe, x0: number, y0: number, dx: number, dy: number): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let previous: Uint8Array | null = null;
  for (let y = y0; y < recipe.height; y += dy) {
    const samples: number[] = [];
    let channels = 1;
    for (let x = x0; x < recipe.width; x += dx) {
      const pixel = recipe.pixel(x, y);
      channels = pixel.length;
      samples.push(...pixel);
    }
    if (samples.length === 0) return [];
    const line = packSamples(samples, recipe.depth);
    lines.push(filterLine(line, previous, Math.max(1, (channels * recipe.depth) >> 3), y % 5));
    previous = line;
  }
  return lines;
}

function packSamples(samples: readonly number[], depth: number): Uint8Array {
  const line = new Uint8Array(Math.ceil((samples.length * depth) / 8));
  for (const [index, sample] of samples.entries()) {
    if (depth === 16) line.set([sample >> 8, sample & 255], index * 2);
    else {
      const bit = index * depth;
      line[bit >> 3] = (line[bit >> 3] ?? 0) | (sample << (8 - depth - (bit & 7)));
    }
  }
  return line;
}

function filterLine(
  line: Uint8Array,
  above: Uint8Array | null,
  pixelBytes: number,
  type: number,
): Uint8Array {
  const out = new Uint8Array(line.length + 1);
  out[0] = type;
  for (const [at, byte] of line.entries()) {
    const left = line[at - pixelBytes] ?? 0;
    const up = above?.[at] ?? 0;
    const corner = above?.[at - pixelBytes] ?? 0;
    const distances = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
    const nearest = [left, up, corner][distances.indexOf(Math.min(...distances))] ?? 0;
    const predictions = [0, left, up, (left + up) >> 1, nearest];
    out[at + 1] = byte - (predictions[type] ?? 0);
  }
  return out;
}
