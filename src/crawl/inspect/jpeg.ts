import { readJpeg } from '../../media/image/jpeg.ts';
import { type ImageInfo, isTransposed } from '../../media/image/types.ts';

/** Describes a JPEG, or throws the ImageFault that says why it is refused. */
export function inspectJpeg(bytes: Uint8Array): ImageInfo {
  const { frame, orientation } = readJpeg(bytes);
  const isTurned = isTransposed(orientation);
  return {
    format: 'jpeg',
    mime: 'image/jpeg',
    width: isTurned ? frame.height : frame.width,
    height: isTurned ? frame.width : frame.height,
    orientation,
    frames: 1,
    progressive: frame.progressive,
    components: frame.components.length,
  };
}
