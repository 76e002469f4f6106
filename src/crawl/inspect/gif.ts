import { readGif } from '../../media/image/gif.ts';
import type { ImageInfo } from '../../media/image/types.ts';

/** Describes a GIF, or throws the ImageFault that says why it is refused. */
export function inspectGif(bytes: Uint8Array): ImageInfo {
  const { width, height, frames, firstFrame } = readGif(bytes);
  return {
    format: 'gif',
    mime: 'image/gif',
    width,
    height,
    orientation: 1,
    frames,
    progressive: firstFrame.interlaced,
    components: 1,
  };
}
