import { readAvif } from '../../media/image/avif.ts';
import { type ImageInfo, isTransposed } from '../../media/image/types.ts';

/** Describes an AVIF, or throws the ImageFault that says why it is refused. */
export function inspectAvif(bytes: Uint8Array): ImageInfo {
  const { width, height, orientation, frames, isMonochrome, hasAlpha } = readAvif(bytes);
  const isTurned = isTransposed(orientation);
  return {
    format: 'avif',
    mime: 'image/avif',
    width: isTurned ? height : width,
    height: isTurned ? width : height,
    orientation,
    frames,
    progressive: false,
    components: (isMonochrome ? 1 : 3) + (hasAlpha ? 1 : 0),
  };
}
