import { BoxSampler, fitInside } from '../image/box-sampler.ts';
import { corrupt } from '../image/fault.ts';
import type { JpegStructure } from '../image/jpeg.ts';
import type { Pixels } from '../image/types.ts';

/** What jpeg-turbo.wasm exports; pointers are byte offsets into `memory`, a status of 0 is success. */
interface TurboExports {
  memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(pointer: number): void;
  tjDestroy(handle: number): number;
  tjInitDecompress(): number;
  tjDecompressHeader3(
    handle: number,
    input: number,
    inputBytes: number,
    width: number,
    height: number,
    subsampling: number,
    colorspace: number,
  ): number;
  tjDecompress2(
    handle: number,
    input: number,
    inputBytes: number,
    output: number,
    width: number,
    pitch: number,
    height: number,
    pixelFormat: number,
    flags: number,
  ): number;
}

const PIXEL_FORMAT_RGBA = 7;
const PIXEL_FORMAT_CMYK = 11;
/** The inverse transform can drop to these fractions, which skips most of the work and the memory. */
const DIVISORS = [8, 4, 2];

/**
 * Isolate lifetime, because workerd was seen to keep every dropped instance (40 MB for a progressive JPEG of
 * 12 megapixels) until the JavaScript heap asks for a full collection. It is taken out while it works and put
 * back only if it returns: the library reports fatal errors by longjmp, which leaves an instance unusable.
 */
let spare: { module: WebAssembly.Module; turbo: TurboExports } | null = null;

/**
 * Decodes a JPEG near the wanted size and averages it down to fit a square of `side` pixels; the
 * orientation is not applied. Throws ImageFault when the decoder refuses the scan data (it also
 * refuses files that it could show with a warning).
 */
export function decodeJpeg(
  bytes: Uint8Array,
  jpeg: JpegStructure,
  side: number,
  module: WebAssembly.Module,
): Pixels {
  const { width, height, components } = jpeg.frame;
  const divisor = DIVISORS.find((candidate) => Math.ceil(Math.max(width, height) / candidate) >= side) ?? 1;
  const scaledWidth = Math.ceil(width / divisor);
  const scaledHeight = Math.ceil(height / divisor);
  const pixelFormat = components.length === 4 ? PIXEL_FORMAT_CMYK : PIXEL_FORMAT_RGBA;

  const turbo = spare?.module === module ? spare.turbo : instantiate(module);
  spare = null;
  const { output, isRefused } = decompress(turbo, bytes, scaledWidth, scaledHeight, pixelFormat);
  // Decoding may have grown the memory, which detaches every view made before.
  const rows = new Uint8Array(turbo.memory.buffer, output, scaledWidth * scaledHeight * 4);
  const pixels = isRefused ? null : averageRows(rows, scaledWidth, scaledHeight, jpeg, side);
  turbo.free(output);
  spare = { module, turbo };
  if (pixels === null) throw corrupt('the JPEG decoder refuses the data');
  return pixels;
}

function averageRows(
  rows: Uint8Array,
  width: number,
  height: number,
  { frame, hasAdobeMarker }: JpegStructure,
  side: number,
): Pixels {
  const target = fitInside(frame.width, frame.height, side);
  const sampler = new BoxSampler(width, height, target.width, target.height);
  for (let y = 0; y < height; y++) {
    const row = rows.subarray(y * width * 4, (y + 1) * width * 4);
    if (frame.components.length === 4) convertCmyk(row, hasAdobeMarker);
    sampler.addRow(y, row, width);
  }
  return sampler.finish();
}

/** `output` is where the pixels are, four bytes each; to be freed. After a throw the instance is to be dropped. */
function decompress(
  turbo: TurboExports,
  bytes: Uint8Array,
  width: number,
  height: number,
  pixelFormat: number,
): { output: number; isRefused: boolean } {
  const input = turbo.malloc(bytes.length);
  const header = turbo.malloc(16);
  const output = turbo.malloc(width * height * 4);
  const handle = turbo.tjInitDecompress();
  if (input === 0 || header === 0 || output === 0 || handle === 0)
    throw new Error('jpeg-turbo is out of memory');
  new Uint8Array(turbo.memory.buffer, input, bytes.length).set(bytes);
  try {
    const isRefused =
      turbo.tjDecompressHeader3(handle, input, bytes.length, header, header + 4, header + 8, header + 12) !==
        0 ||
      turbo.tjDecompress2(handle, input, bytes.length, output, width, width * 4, height, pixelFormat, 0) !==
        0;
    turbo.tjDestroy(handle);
    turbo.free(input);
    turbo.free(header);
    return { output, isRefused };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError)
      throw corrupt(`the JPEG decoder trapped: ${error.message}`);
    throw error;
  }
}

function instantiate(module: WebAssembly.Module): TurboExports {
  const refuse = (call: string) => () => {
    throw corrupt(`the JPEG decoder gave up (${call})`);
  };
  const instance = new WebAssembly.Instance(module, {
    env: { setjmp: () => 0, longjmp: refuse('longjmp') },
    wasi_snapshot_preview1: {
      environ_sizes_get: () => 0,
      environ_get: refuse('environ_get'),
      proc_exit: refuse('proc_exit'),
      fd_close: refuse('fd_close'),
      fd_seek: refuse('fd_seek'),
      fd_write: refuse('fd_write'),
    },
  });
  return readExports(instance);
}

/** Guaranteed by the pinned version of @cwasm/jpeg-turbo: a wasm module carries no types of its own. */
function readExports(instance: WebAssembly.Instance): TurboExports {
  return instance.exports as unknown as TurboExports;
}

/** In place, without a colour profile: light passes each ink and then black. Adobe stores 255 - ink. */
function convertCmyk(row: Uint8Array, isInverted: boolean): void {
  for (let at = 0; at < row.length; at += 4) {
    const key = row[at + 3] ?? 0;
    const light = isInverted ? key : 255 - key;
    for (let channel = 0; channel < 3; channel++) {
      const ink = row[at + channel] ?? 0;
      row[at + channel] = Math.round(((isInverted ? ink : 255 - ink) * light) / 255);
    }
    row[at + 3] = 255;
  }
}
