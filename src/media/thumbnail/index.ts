export { checkPixels } from './check-pixels.ts';
export type { PixelCheck } from './check-pixels.ts';
export type { Codecs } from './decoder.ts';
export { makeThumbnail } from './make-thumbnail.ts';
export type { Thumbnail } from './make-thumbnail.ts';
