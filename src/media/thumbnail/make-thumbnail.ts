import { createLeaseQueue, type LeaseQueue } from '../../resilience/lease-queue.ts';
import { averageColor } from '../image/average-color.ts';
import { ImageFault } from '../image/fault.ts';
import { readJpeg } from '../image/jpeg.ts';
import { orient } from '../image/orient.ts';
import { readPng } from '../image/png.ts';
import type { ImageInfo, Pixels } from '../image/types.ts';
import { checkJpegBudget, checkPngBudget } from './budget.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodePng } from './png.ts';
import { encodeWebp } from './webp.ts';

/** The compiled codecs: workerd imports them, other runtimes compile the same files. */
export interface Codecs {
  /** jpeg-turbo.wasm of @cwasm/jpeg-turbo. */
  jpegTurbo: WebAssembly.Module;
  /** webp_enc_simd.wasm of @jsquash/webp. */
  webpEncoder: WebAssembly.Module;
}

/**
 * `over_budget`: a valid image that is too large to decode here; keep it without a thumbnail.
 * `undecodable`: the structure is right but the pixel data are damaged.
 * `busy`: the isolate has too many decodes waiting; nothing was tried, so try again later.
 */
export type Thumbnail =
  | { ok: true; webp: Uint8Array; width: number; height: number; averageColor: string }
  | { ok: false; reason: 'over_budget' | 'undecodable' | 'busy'; detail: string };

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
 * image, and is turned by its EXIF orientation. One decode runs per isolate at a time. Rejects only when
 * a codec itself fails (out of memory), never because of the image.
 */
export async function makeThumbnail(
  bytes: Uint8Array,
  image: ImageInfo,
  codecs: Codecs,
  queue: LeaseQueue = isolateQueue,
): Promise<Thumbnail> {
  try {
    const decoder = prepareDecoder(bytes, image, codecs);
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

function prepareDecoder(bytes: Uint8Array, image: ImageInfo, codecs: Codecs): Decoder {
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
  }
}
