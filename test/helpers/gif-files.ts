import { join } from './images.ts';

export interface GifFrameRecipe {
  width: number;
  height: number;
  x?: number;
  y?: number;
  interlaced?: boolean;
  transparentIndex?: number;
  palette?: number[];
  /** Bits of an uncompressed pixel. */
  codeSize?: number;
  /** Palette indexes in the order in which they are stored. */
  pixels: readonly number[];
  endCode?: boolean;
  /** Lets the code table fill up, and stay as it is then, instead of clearing it in time. */
  fillsTable?: boolean;
}

export interface GifRecipe {
  width: number;
  height: number;
  /** Three bytes for each colour, and a power of two of them. */
  palette?: number[];
  frames: GifFrameRecipe[];
  /** Blocks put before the frames. */
  extra?: Uint8Array[];
}

export const GIF_TRAILER = Uint8Array.of(0x3b);

/** A whole GIF file. */
export function encodeGif({ width, height, palette = [], frames, extra = [] }: GifRecipe): Uint8Array {
  return join(
    Buffer.from('GIF89a'),
    u16(width),
    u16(height),
    [tableFlags(palette), 0, 0],
    palette,
    ...extra,
    ...frames.map(gifFrame),
    GIF_TRAILER,
  );
}

/** A graphic control extension, if the frame has a transparent colour, and the image. */
export function gifFrame(recipe: GifFrameRecipe): Uint8Array {
  const {
    x = 0,
    y = 0,
    width,
    height,
    interlaced = false,
    transparentIndex,
    palette = [],
    codeSize = 2,
  } = recipe;
  return join(
    transparentIndex === undefined ? [] : [0x21, 0xf9, 4, 1, 0, 0, transparentIndex, 0],
    [0x2c],
    ...[x, y, width, height].map(u16),
    [tableFlags(palette) | (interlaced ? 0x40 : 0)],
    palette,
    [codeSize],
    subBlocks(packLiterals(recipe)),
  );
}

/** An extension block of the given label; an application's name is its first sub-block. */
export function gifExtension(label: number, ...blocks: Uint8Array[]): Uint8Array {
  return join([0x21, label], ...blocks.flatMap((block) => [[block.length], block]), [0]);
}

function subBlocks(data: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255);
    blocks.push(Uint8Array.of(block.length), block);
  }
  return join(...blocks, [0]);
}

/** Codes that never refer to a run, in as many bits as a decoder expects that does not know that. */
function packLiterals({
  pixels,
  codeSize = 2,
  endCode = true,
  fillsTable = false,
}: GifFrameRecipe): Uint8Array {
  const clear = 2 ** codeSize;
  const clearEvery = fillsTable ? Infinity : Math.max(1, clear - 2);
  const bits: number[] = [];
  let codeBits = codeSize + 1;
  let nextCode = clear + 1;
  const put = (code: number) => {
    for (let bit = 0; bit < codeBits; bit++) bits.push((code >> bit) & 1);
  };
  for (const [index, pixel] of pixels.entries()) {
    if (index % clearEvery === 0) {
      put(clear);
      codeBits = codeSize + 1;
      nextCode = clear + 1;
    }
    put(pixel);
    // The first code after a clear adds nothing to the table.
    if (nextCode < 4096) nextCode++;
    if (nextCode === 1 << codeBits && nextCode > clear + 2 && codeBits < 12) codeBits++;
  }
  if (endCode) put(clear + 1);
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [at, bit] of bits.entries()) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (at & 7));
  return bytes;
}

function tableFlags(palette: readonly number[]): number {
  return palette.length === 0 ? 0 : 0x80 | (Math.log2(palette.length / 3) - 1);
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8);
}
