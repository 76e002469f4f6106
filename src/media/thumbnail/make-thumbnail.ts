import { createLeaseQueue, type LeaseQueue } from '../../resilience/lease-queue.ts';
import { averageColor } from '../image/average-color.ts';
import { ImageFault } from '../image/fault.ts';
import { readGif } from '../image/gif.ts';
import { readJpeg } from '../image/jpeg.ts';
import { orient } from '../image/orient.ts';
import { readPng } from '../image/png.ts';
import type { ImageInfo, Pixels } from '../image/types.ts';
import { readWebp } from '../image/webp.ts';
import { checkGifBudget, checkJpegBudget, checkPngBudget, checkWebpBudget } from './budget.ts';
import { encodeWebp } from './encode-webp.ts';
import { decodeGif } from './gif.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodePng } from './png.ts';
import { decodeWebp } from './webp.ts';

/** The compiled codecs: workerd imports them, other runtimes compile the same files. */
export interface Codecs {
  /** jpeg-turbo.wasm of @cwasm/jpeg-turbo. */
  jpegTurbo: WebAssembly.Module;
  /** webp_dec.wasm of @jsquash/webp. */
  webpDecoder: WebAssembly.Module;
  /** webp_enc_simd.wasm of @jsquash/webp. */
  webpEncoder: WebAssembly.Module;
}

/**
 * `over_budget`: a valid image that is too large to decode here; keep it without a thumbnail.
 * `no_decoder`: a valid image of a format that cannot be decoded here; keep it without a thumbnail too.
 * `undecodable`: the structure is right but the pixel data are damaged.
 * `busy`: the isolate has too many decodes waiting; nothing was tried, so try again later.
 */
export type Thumbnail =
  | { ok: true; webp: Uint8Array; width: number; height: number; averageColor: string }
  | { ok: false; reason: 'over_budget' | 'no_decoder' | 'undecodable' | 'busy'; detail: string };

/** Longest side of a thumbnail, in pixels. */
export const THUMBNAIL_SIDE = 320;

/** Isolate lifetime. 32 decodes of at most about a second each fit the wait; a lease is far longer than any. */
const isolateQueue = createLeaseQueue({
  concurrency: 1,
  maxWaiting: 32,
  maxWaitMs: 20_000,
  leaseMs: 30_000,
});

/**
 * Makes the WebP thumbnail of an inspected image: it fits 320 x 320 pixels, is never larger than the
 * image, and is turned by its EXIF orientation. Of an animation it shows the first frame. One decode runs
 * per isolate at a time. Rejects only when a codec itself fails (out of memory), never because of the image.
 */
export async function makeThumbnail(
  bytes: Uint8Array,
  image: ImageInfo,
  codecs: Codecs,
  queue: LeaseQueue = isolateQueue,
): Promise<Thumbnail> {
  try {
    const decoder = prepareDecoder(bytes, image, codecs);
    if (decoder === null)
      return { ok: false, reason: 'no_decoder', detail: `${image.format} cannot be decoded here` };
    if (decoder.overBudget !== null) return { ok: false, reason: 'over_budget', detail: decoder.overBudget };
    const turn = await queue.run(async () => {
      const pixels = orient(await decoder.decode(), image.orientation);
      return { pixels, webp: await encodeWebp(pixels, codecs.webpEncoder) };
    });
    if (!turn.ok) return { ok: false, reason: 'busy', detail: 'too many images are waiting to be decoded' };
    const { pixels, webp } = turn.value;
    return { ok: true, webp, width: pixels.width, height: pixels.height, averageColor: averageColor(pixels) };
  } catch (error) {
    if (error instanceof ImageFault) return { ok: false, reason: 'undecodable', detail: error.message };
    throw error;
  }
}

interface Decoder {
  /** The budget that the header exceeds, or null. */
  overBudget: string | null;
  /** Stored pixels, already small, not yet turned. */
  decode(): Promise<Pixels>;
}

/** Null for a format without a decoder: that of AVIF is larger than all others together (340 KB compressed). */
function prepareDecoder(bytes: Uint8Array, image: ImageInfo, codecs: Codecs): Decoder | null {
  switch (image.format) {
    case 'jpeg': {
      const jpeg = readJpeg(bytes);
      return {
        overBudget: checkJpegBudget(jpeg),
        decode: async () => decodeJpeg(bytes, jpeg, THUMBNAIL_SIDE, codecs.jpegTurbo),
      };
    }
    case 'png': {
      const png = readPng(bytes);
      return { overBudget: checkPngBudget(png), decode: () => decodePng(bytes, png, THUMBNAIL_SIDE) };
    }
    case 'webp': {
      const webp = readWebp(bytes);
      return {
        overBudget: checkWebpBudget(webp),
        decode: () => decodeWebp(webp, THUMBNAIL_SIDE, codecs.webpDecoder),
      };
    }
    case 'gif': {
      const gif = readGif(bytes);
      return { overBudget: checkGifBudget(gif), decode: async () => decodeGif(bytes, gif, THUMBNAIL_SIDE) };
    }
    case 'avif':
      return null;
  }
}
