import { createLeaseQueue } from '../../resilience/lease-queue.ts';
import { readGif } from '../image/gif.ts';
import { readJpeg } from '../image/jpeg.ts';
import { readPng } from '../image/png.ts';
import type { ImageInfo, Pixels } from '../image/types.ts';
import { readWebp } from '../image/webp.ts';
import { checkGifBudget, checkJpegBudget, checkPngBudget, checkWebpBudget } from './budget.ts';
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
 * Isolate lifetime: whatever holds pixels across an await has its turn here, one at a time. Those who wait hold no
 * more than the bytes of a file, which their own budgets bound; the wait fits about 20 decodes of a second.
 */
export const isolateQueue = createLeaseQueue({
  concurrency: 1,
  maxWaiting: 200,
  maxWaitMs: 20_000,
  leaseMs: 30_000,
});

export interface Decoder {
  /** The budget that the header exceeds, or null. */
  overBudget: string | null;
  /** It returns without an await between, so that no two can hold pixels at once. */
  isImmediate: boolean;
  /** Stored pixels, averaged down to fit a square of `side` pixels, not yet turned. Throws ImageFault. */
  decode(side: number): Pixels | Promise<Pixels>;
}

/** Null for a format without a decoder: that of AVIF is larger than all others together (340 KB compressed). */
export function prepareDecoder(
  bytes: Uint8Array,
  image: Pick<ImageInfo, 'format'>,
  codecs: Codecs,
): Decoder | null {
  switch (image.format) {
    case 'jpeg': {
      const jpeg = readJpeg(bytes);
      return {
        overBudget: checkJpegBudget(jpeg),
        isImmediate: true,
        decode: (side) => decodeJpeg(bytes, jpeg, side, codecs.jpegTurbo),
      };
    }
    case 'png': {
      const png = readPng(bytes);
      return {
        overBudget: checkPngBudget(png),
        isImmediate: false,
        decode: (side) => decodePng(bytes, png, side),
      };
    }
    case 'webp': {
      const webp = readWebp(bytes);
      return {
        overBudget: checkWebpBudget(webp),
        isImmediate: false,
        decode: (side) => decodeWebp(webp, side, codecs.webpDecoder),
      };
    }
    case 'gif': {
      const gif = readGif(bytes);
      return {
        overBudget: checkGifBudget(gif),
        isImmediate: true,
        decode: (side) => decodeGif(bytes, gif, side),
      };
    }
    case 'avif':
      return null;
  }
}
