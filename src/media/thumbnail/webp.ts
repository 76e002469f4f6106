import createDecoder from '@jsquash/webp/codec/dec/webp_dec.js';
import { initEmscriptenModule } from '@jsquash/webp/utils.js';
import { BoxSampler, fitInside } from '../image/box-sampler.ts';
import { corrupt } from '../image/fault.ts';
import type { Pixels } from '../image/types.ts';
import type { WebpFrame, WebpStructure } from '../image/webp.ts';

const ALPHA_FLAG = 0x10;

/**
 * Isolate lifetime, because it is memory that counts: workerd was seen to keep every dropped instance, 48 MB a
 * decode, until the JavaScript heap asks for a full collection. One instance stays at the largest image so far.
 */
let ready: { module: WebAssembly.Module; decoder: ReturnType<typeof instantiate> } | null = null;

/**
 * Decodes a WebP, of an animation its first frame, and averages it down, on its canvas, to fit a square of
 * `side` pixels; the orientation is not applied. Rejects with ImageFault when the decoder refuses the data. It
 * refuses animations as a whole, but the chunks of a frame are those of a still image.
 */
export async function decodeWebp(
  webp: WebpStructure,
  side: number,
  module: WebAssembly.Module,
): Promise<Pixels> {
  const { firstFrame: frame } = webp;
  const rows = readRows(await decode(makeStillFile(frame), module), frame);
  const target = fitInside(webp.width, webp.height, side);
  const sampler = new BoxSampler(webp.width, webp.height, target.width, target.height);
  const rowBytes = frame.width * 4;
  for (let y = 0; y < frame.height; y++) {
    sampler.addRow(frame.y + y, rows.subarray(y * rowBytes, (y + 1) * rowBytes), frame.width, frame.x);
  }
  return sampler.finish();
}

async function decode(file: Uint8Array, module: WebAssembly.Module): Promise<unknown> {
  if (ready?.module !== module) ready = { module, decoder: instantiate(module) };
  try {
    return (await ready.decoder).decode(file);
  } catch (error) {
    // A trapped instance must not serve the next image.
    ready = null;
    throw error;
  }
}

function instantiate(module: WebAssembly.Module) {
  return initEmscriptenModule(createDecoder, module);
}

/** The decoder is typed for browsers; here it answers with an object that has the same fields, or with null. */
function readRows(answer: unknown, { width, height }: WebpFrame): Uint8Array {
  if (typeof answer !== 'object' || answer === null || !('data' in answer)) {
    throw corrupt('the WebP decoder refuses the data');
  }
  const { data } = answer;
  if (!(data instanceof Uint8ClampedArray) || data.length !== width * height * 4) {
    throw corrupt('the WebP decoder finds another size');
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

/** A file of one picture (RFC 9649, section 2.5 to 2.7). */
function makeStillFile({ type, payload, alpha, width, height }: WebpFrame): Uint8Array {
  const picture = { type, payload };
  const chunks =
    alpha === null
      ? [picture]
      : [{ type: 'VP8X', payload: makeCanvas(width, height) }, { type: 'ALPH', payload: alpha }, picture];
  const length = chunks.reduce((sum, chunk) => sum + 8 + evenLength(chunk.payload), 12);
  const file = new Uint8Array(length);
  const view = new DataView(file.buffer);
  writeTag(file, 0, 'RIFF');
  view.setUint32(4, length - 8, true);
  writeTag(file, 8, 'WEBP');
  let at = 12;
  for (const chunk of chunks) {
    writeTag(file, at, chunk.type);
    view.setUint32(at + 4, chunk.payload.length, true);
    file.set(chunk.payload, at + 8);
    at += 8 + evenLength(chunk.payload);
  }
  return file;
}

/** Chunks of odd length are followed by a pad byte. */
function evenLength({ length }: Uint8Array): number {
  return length + (length % 2);
}

function makeCanvas(width: number, height: number): Uint8Array {
  const payload = new Uint8Array(10);
  const view = new DataView(payload.buffer);
  payload[0] = ALPHA_FLAG;
  // Three bytes each; the size of a picture fits two.
  view.setUint16(4, width - 1, true);
  view.setUint16(7, height - 1, true);
  return payload;
}

function writeTag(file: Uint8Array, at: number, tag: string): void {
  for (let index = 0; index < 4; index++) file[at + index] = tag.charCodeAt(index);
}
