import { utf8 } from '../../lib/bytes.ts';
import { fileNameOf } from '../image/file-name.ts';
import type { ImageRecord } from '../image/view.ts';

/** Where an image lies in an exported archive. */
export function archivePathOf(image: ImageRecord): string {
  return `images/${fileNameOf(image)}`;
}

/**
 * One line of metadata.jsonl. `file_name` is the column by which the imagefolder format
 * (https://huggingface.co/docs/datasets/image_dataset) finds the image; the other names are the API's, in snake case.
 */
export function metadataLine(image: ImageRecord): string {
  return `${JSON.stringify({
    file_name: archivePathOf(image),
    id: image.id,
    sha256: image.sha256,
    mime: image.mime,
    bytes: image.bytes,
    width: image.width,
    height: image.height,
    source_url: image.source.url,
    final_url: image.source.finalUrl,
    fetched_at: image.source.fetchedAt,
    license: image.license,
    review: image.review,
    label: image.label,
    tags: image.tags,
  })}\n`;
}

/** The lines as UTF-8, gathered into chunks of at least 64 KiB. */
export async function* metadataChunks(records: AsyncIterable<ImageRecord>): AsyncGenerator<Uint8Array> {
  const CHUNK_CHARACTERS = 64 * 1024;
  let text = '';
  for await (const record of records) {
    text += metadataLine(record);
    if (text.length >= CHUNK_CHARACTERS) {
      yield utf8(text);
      text = '';
    }
  }
  if (text) yield utf8(text);
}
