import type { LeaseQueue } from '../../resilience/lease-queue.ts';
import { ImageFault } from '../image/fault.ts';
import { orient } from '../image/orient.ts';
import type { ImageInfo } from '../image/types.ts';
import { type Codecs, isolateQueue, prepareDecoder } from './decoder.ts';
import { encodeWebp } from './encode-webp.ts';

/** Longest side of a thumbnail, in pixels. */
export const THUMBNAIL_SIDE = 320;

/** `none`: the image is beyond what is decoded here. `busy`: the isolate has too many decodes waiting. */
export type Thumbnail =
  { ok: true; webp: Uint8Array; width: number; height: number } | { ok: false; reason: 'none' | 'busy' };

/**
 * Makes the WebP thumbnail of an inspected image: it fits 320 x 320 pixels, is never larger than the
 * image, and is turned by its EXIF orientation. Of an animation it shows the first frame. One runs
 * per isolate at a time. Rejects only when a codec itself fails (out of memory), never because of the image.
 */
export async function makeThumbnail(
  bytes: Uint8Array,
  image: Pick<ImageInfo, 'format' | 'orientation'>,
  codecs: Codecs,
  queue: LeaseQueue = isolateQueue,
): Promise<Thumbnail> {
  try {
    const decoder = prepareDecoder(bytes, image, codecs);
    if (decoder === null || decoder.overBudget !== null) return { ok: false, reason: 'none' };
    const turn = await queue.run(async () => {
      const pixels = orient(await decoder.decode(THUMBNAIL_SIDE), image.orientation);
      const { width, height } = pixels;
      return { ok: true as const, webp: await encodeWebp(pixels, codecs.webpEncoder), width, height };
    });
    return turn.ok ? turn.value : turn;
  } catch (error) {
    if (error instanceof ImageFault) return { ok: false, reason: 'none' };
    throw error;
  }
}
