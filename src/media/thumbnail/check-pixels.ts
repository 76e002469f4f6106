import type { LeaseQueue } from '../../resilience/lease-queue.ts';
import { averageColor } from '../image/average-color.ts';
import { fitInside } from '../image/box-sampler.ts';
import { ImageFault } from '../image/fault.ts';
import type { ImageInfo } from '../image/types.ts';
import { type Codecs, isolateQueue, prepareDecoder } from './decoder.ts';
import { THUMBNAIL_SIDE } from './make-thumbnail.ts';

/**
 * Small enough for a JPEG to be decoded at 1/8 scale, which leaves the inverse transforms out: a quarter of what
 * the thumbnail would cost. All entropy-coded data are read all the same.
 */
const CHECK_SIDE = 40;

/**
 * `over_budget`: a valid image that is too large to decode here; keep it without a thumbnail.
 * `no_decoder`: a valid image of a format that cannot be decoded here; keep it without a thumbnail too.
 * `undecodable`: the structure is right but the pixel data are damaged.
 * `busy`: the isolate has too many decodes waiting; nothing was tried, so try again later.
 */
export type PixelCheck =
  | { ok: true; averageColor: string; thumbnail: { width: number; height: number } }
  | { ok: false; reason: 'over_budget' | 'no_decoder' | 'undecodable' | 'busy'; detail: string };

/**
 * Decodes an inspected image, as small as its decoder can, to see whether its pixel data are whole. Says its average
 * colour (`#rrggbb`) and the size that its thumbnail will have. Rejects only when a codec itself fails (out of
 * memory), never because of the image.
 */
export async function checkPixels(
  bytes: Uint8Array,
  image: ImageInfo,
  codecs: Codecs,
  queue: LeaseQueue = isolateQueue,
): Promise<PixelCheck> {
  try {
    const decoder = prepareDecoder(bytes, image, codecs);
    if (decoder === null)
      return { ok: false, reason: 'no_decoder', detail: `${image.format} cannot be decoded here` };
    if (decoder.overBudget !== null) return { ok: false, reason: 'over_budget', detail: decoder.overBudget };
    const decode = async () => averageColor(await decoder.decode(CHECK_SIDE));
    const turn = decoder.isImmediate ? { ok: true as const, value: await decode() } : await queue.run(decode);
    if (!turn.ok) return { ok: false, reason: 'busy', detail: 'too many images are waiting to be decoded' };
    const thumbnail = fitInside(image.width, image.height, THUMBNAIL_SIDE);
    return { ok: true, averageColor: turn.value, thumbnail };
  } catch (error) {
    if (error instanceof ImageFault) return { ok: false, reason: 'undecodable', detail: error.message };
    throw error;
  }
}
