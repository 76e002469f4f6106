import { inspectImage, type Inspection } from '../crawl/inspect/index.ts';
import { AppError } from '../errors/app-error.ts';
import { sha256Hex } from './hash.ts';
import type { ImageInfo } from './image/types.ts';
import type { BlobBytes } from './store.ts';
import { checkPixels, type Codecs } from './thumbnail/index.ts';
import { crc32 } from './zip/index.ts';

/** What is true of a blob's bytes alone, as the database takes it. */
export interface BlobFacts {
  /** Hexadecimal. */
  sha256: string;
  bytes: number;
  crc32: number;
  mime: ImageInfo['mime'];
  /** Pixels, after the orientation is applied. */
  width: number;
  height: number;
  orientation: number;
  averageColor: string;
  /** Of the thumbnail that is made when somebody looks; null when the image is too large or of a format to decode. */
  thumbnailWidth: number | null;
  thumbnailHeight: number | null;
}

/** `blob` is for storing the same bytes once more. */
export interface Ingested {
  ok: true;
  image: ImageInfo;
  facts: BlobFacts;
  blob: BlobBytes;
}

/** The image's own fault: the same bytes are refused again. */
export type Refused<More extends string = never> = {
  ok: false;
  reason: Extract<Inspection, { ok: false }>['reason'] | More;
  detail: string;
};

interface IngestTools<More extends string> {
  codecs: Codecs;
  /** Stores the bytes; called once, after every check. */
  store(blob: BlobBytes): Promise<void>;
  /** What the caller asks beyond the file's being an image: the refusal, or null. */
  judge?(image: ImageInfo): Refused<More> | null;
}

/** Of an image that was not decoded; the neutral of the console. */
const UNKNOWN_COLOR = '#7a7774';

/**
 * Bytes from verdict to store: checked, measured, decoded, hashed, stored. Whether the content is new to a project,
 * only the database knows. Errors: `unavailable` when too many images wait to be decoded, or of
 * the image store: nothing was wrong with the image.
 */
export async function ingestImage<More extends string = never>(
  bytes: Uint8Array<ArrayBuffer>,
  tools: IngestTools<More>,
): Promise<Ingested | Refused<More>> {
  const inspection = inspectImage(bytes);
  if (!inspection.ok) return inspection;
  const { image } = inspection;
  const unwanted = tools.judge?.(image);
  if (unwanted) return unwanted;

  const pixels = await checkPixels(bytes, image, tools.codecs);
  if (!pixels.ok && pixels.reason === 'undecodable') {
    return { ok: false, reason: 'corrupt', detail: pixels.detail };
  }
  if (!pixels.ok && pixels.reason === 'busy') {
    throw new AppError('unavailable', 'Too many images are waiting to be decoded.', { retryAfter: 5 });
  }

  const sha256 = await sha256Hex(bytes);
  const blob = { sha256, mime: image.mime, original: bytes };
  await tools.store(blob);
  const facts = {
    sha256,
    bytes: bytes.byteLength,
    crc32: crc32(bytes),
    mime: image.mime,
    width: image.width,
    height: image.height,
    orientation: image.orientation,
    averageColor: pixels.ok ? pixels.averageColor : UNKNOWN_COLOR,
    thumbnailWidth: pixels.ok ? pixels.thumbnail.width : null,
    thumbnailHeight: pixels.ok ? pixels.thumbnail.height : null,
  };
  return { ok: true, image, facts, blob };
}
