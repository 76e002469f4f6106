import { readPng } from '../../media/image/png.ts';
import { type ImageInfo, isTransposed } from '../../media/image/types.ts';

/** Describes a PNG, or throws the ImageFault that says why it is refused. */
export function inspectPng(bytes: Uint8Array): ImageInfo {
  const { width, height, orientation, frames, interlaced, channels } = readPng(bytes);
  const isTurned = isTransposed(orientation);
  return {
    format: 'png',
    mime: 'image/png',
    width: isTurned ? height : width,
    height: isTurned ? width : height,
    orientation,
    frames,
    progressive: interlaced,
    components: channels,
  };
}
