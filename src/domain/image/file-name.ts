import type { ImageRecord } from './view.ts';

const EXTENSIONS = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
} as const satisfies Record<ImageRecord['mime'], string>;

/** The name of an image's file outside Darkroom: unique, without dots before the extension. */
export function fileNameOf(image: Pick<ImageRecord, 'id' | 'mime'>): string {
  return `${image.id}.${EXTENSIONS[image.mime]}`;
}
