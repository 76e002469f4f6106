import { hasAvifSignature } from '../../media/image/avif.ts';
import { ImageFault } from '../../media/image/fault.ts';
import { hasGifSignature } from '../../media/image/gif.ts';
import { hasJpegSignature } from '../../media/image/jpeg.ts';
import { hasPngSignature } from '../../media/image/png.ts';
import type { ImageInfo } from '../../media/image/types.ts';
import { hasWebpSignature } from '../../media/image/webp.ts';
import { inspectAvif } from './avif.ts';
import { inspectGif } from './gif.ts';
import { inspectJpeg } from './jpeg.ts';
import { inspectPng } from './png.ts';
import { recogniseFormat } from './signature.ts';
import { inspectWebp } from './webp.ts';

/** The verdict on the bytes of one download. */
export type Inspection =
  { ok: true; image: ImageInfo } | { ok: false; reason: 'not_image' | 'format' | 'corrupt'; detail: string };

/**
 * Decides from the bytes alone what a download is; names and content types are never asked. `format` is
 * an image of a kind that is not accepted, `corrupt` has the signature of one that is but a broken
 * structure, `not_image` is all else. Never throws.
 */
export function inspectImage(bytes: Uint8Array): Inspection {
  if (bytes.length === 0) return { ok: false, reason: 'not_image', detail: 'no bytes' };
  try {
    if (hasJpegSignature(bytes)) return { ok: true, image: inspectJpeg(bytes) };
    if (hasPngSignature(bytes)) return { ok: true, image: inspectPng(bytes) };
    if (hasWebpSignature(bytes)) return { ok: true, image: inspectWebp(bytes) };
    if (hasGifSignature(bytes)) return { ok: true, image: inspectGif(bytes) };
    if (hasAvifSignature(bytes)) return { ok: true, image: inspectAvif(bytes) };
  } catch (error) {
    if (error instanceof ImageFault) return { ok: false, reason: error.reason, detail: error.message };
    throw error;
  }
  const format = recogniseFormat(bytes);
  if (format !== null) return { ok: false, reason: 'format', detail: `${format} is not accepted yet` };
  return { ok: false, reason: 'not_image', detail: 'the bytes are no known image' };
}
