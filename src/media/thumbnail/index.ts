export { makeThumbnail } from './make-thumbnail.ts';
export type { Codecs, Thumbnail } from './make-thumbnail.ts';
