import type { LeaseQueue } from '../../resilience/lease-queue.ts';
import { averageColor } from '../image/average-color.ts';
import { fitInside } from '../image/box-sampler.ts';
import { ImageFault } from '../image/fault.ts';
import { readDcColor } from '../image/jpeg-dc.ts';
import { type JpegStructure, readJpeg } from '../image/jpeg.ts';
import type { ImageInfo } from '../image/types.ts';
import { type Codecs, isolateQueue, prepareDecoder } from './decoder.ts';
import { THUMBNAIL_SIDE } from './make-thumbnail.ts';

/**
 * Small enough for a JPEG to be decoded at 1/8 scale, which leaves the inverse transforms out: a quarter of what
 * the thumbnail would cost. All entropy-coded data are read all the same.
 */
const CHECK_SIDE = 40;

/** In a JPEG with a shorter side the padding of the blocks at the edge would show in their colour. */
const MIN_BLOCK_COLOR_SIDE = 96;

/** Sampling factors of the first component that the decoder is known to take when the others have 1 x 1. */
const DECODED_SAMPLINGS = ['1x1', '2x1', '1x2', '2x2', '4x1'];

/**
 * `over_budget`: a valid image that is too large to decode here; keep it without a thumbnail.
 * `no_decoder`: a valid image of a kind that cannot be decoded here; keep it without a thumbnail too.
 * `undecodable`: the structure is right but the pixel data are damaged.
 * `busy`: the isolate has too many decodes waiting; nothing was tried, so try again later.
 */
export type PixelCheck =
  | { ok: true; averageColor: string; thumbnail: { width: number; height: number } }
  | { ok: false; reason: 'over_budget' | 'no_decoder' | 'undecodable' | 'busy'; detail: string };

/**
 * Sees whether the pixel data of an inspected image are whole, and says its average colour (`#rrggbb`) and the size that
 * its thumbnail will have. Most JPEGs are read without a decoder; others are decoded, as small as their decoder can.
 * Rejects only when a codec itself fails (out of memory), never because of the image.
 */
export async function checkPixels(
  bytes: Uint8Array,
  image: ImageInfo,
  codecs: Codecs,
  queue: LeaseQueue = isolateQueue,
): Promise<PixelCheck> {
  let isWhole = false;
  try {
    const decoder = prepareDecoder(bytes, image, codecs);
    if (decoder === null)
      return { ok: false, reason: 'no_decoder', detail: `${image.format} cannot be decoded here` };
    const jpeg = image.format === 'jpeg' ? readJpeg(bytes) : null;
    // Ahead of the budget, which is that of the decoder.
    const color = jpeg === null ? null : readDcColor(bytes, jpeg);
    isWhole = color !== null;
    if (decoder.overBudget !== null) return { ok: false, reason: 'over_budget', detail: decoder.overBudget };
    const thumbnail = fitInside(image.width, image.height, THUMBNAIL_SIDE);
    if (color !== null && jpeg !== null && needsNoDecoder(jpeg))
      return { ok: true, averageColor: color, thumbnail };
    const decode = async () => averageColor(await decoder.decode(CHECK_SIDE));
    const turn = decoder.isImmediate ? { ok: true as const, value: await decode() } : await queue.run(decode);
    if (!turn.ok) return { ok: false, reason: 'busy', detail: 'too many images are waiting to be decoded' };
    return { ok: true, averageColor: turn.value, thumbnail };
  } catch (error) {
    if (!(error instanceof ImageFault)) throw error;
    // Whole data that the decoder refuses are of a kind that it does not know.
    return { ok: false, reason: isWhole ? 'no_decoder' : 'undecodable', detail: error.message };
  }
}

/** The mean of its blocks is the colour of such a JPEG, and a thumbnail of it can be made. */
function needsNoDecoder({ frame: { width, height, components } }: JpegStructure): boolean {
  const [first, ...others] = components;
  const isDecoded =
    others.length === 0 ||
    (DECODED_SAMPLINGS.includes(`${first?.h}x${first?.v}`) && others.every(({ h, v }) => h === 1 && v === 1));
  return isDecoded && Math.min(width, height) >= MIN_BLOCK_COLOR_SIDE;
}
