import { type ImageInfo, isTransposed } from '../../media/image/types.ts';
import { readWebp } from '../../media/image/webp.ts';

/** Describes a WebP, or throws the ImageFault that says why it is refused. */
export function inspectWebp(bytes: Uint8Array): ImageInfo {
  const { width, height, orientation, frames, hasAlpha } = readWebp(bytes);
  const isTurned = isTransposed(orientation);
  return {
    format: 'webp',
    mime: 'image/webp',
    width: isTurned ? height : width,
    height: isTurned ? width : height,
    orientation,
    frames,
    progressive: false,
    components: hasAlpha ? 4 : 3,
  };
}
