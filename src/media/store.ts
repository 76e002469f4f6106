import { AppError } from '../errors/app-error.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { Settings } from '../settings/index.ts';
import type { MediaVariant } from './signed-url.ts';

export interface ByteRange {
  offset: number;
  length: number;
}

/** One original as it is stored. */
export interface BlobBytes {
  /** Hexadecimal. */
  sha256: string;
  mime: string;
  original: Uint8Array;
}

/** One stored original of a listing. */
export interface StoredOriginal {
  sha256: string;
  uploadedAt: Date;
}

/** R2 takes and lists 1,000 keys a call. */
export const MAX_REMOVED_BLOBS = 500;
const MAX_LISTED_KEYS = 1_000;

/** Images by the SHA-256 of their bytes. A key is written once and never changes. */
export interface MediaStore {
  /** Stores the original unless it is there already; R2 checks the digest while it writes. */
  putOriginal(blob: BlobBytes): Promise<void>;
  putThumbnail(sha256: string, webp: Uint8Array): Promise<void>;
  /** The object, or null when there is none; `range` must lie within it. */
  get(sha256: string, variant: MediaVariant, range?: ByteRange): Promise<R2ObjectBody | null>;
  head(sha256: string, variant: MediaVariant): Promise<R2Object | null>;
  /** Removes the originals and thumbnails of up to MAX_REMOVED_BLOBS blobs; those that are not there do no harm. */
  remove(hashes: string[]): Promise<void>;
  /** The next stored originals in the order of their hashes, which begin after the hash (or part of one) `after`. */
  listOriginals(after: string): Promise<{ originals: StoredOriginal[]; isLast: boolean }>;
}

const ORIGINALS = 'original/';

function keyOf(sha256: string, variant: MediaVariant): string {
  return variant === 'original' ? `${ORIGINALS}${sha256}` : `thumbnail/320/${sha256}.webp`;
}

/** Fails closed: `unavailable` when R2 does not answer in time. */
async function guarded<T>(work: Promise<T>, ms: number): Promise<T> {
  try {
    return await withDeadline(work, ms, 'R2');
  } catch (cause) {
    throw new AppError('unavailable', 'The image store did not answer.', { cause, retryAfter: 5 });
  }
}

const IF_ABSENT = { etagDoesNotMatch: '*' } as const;

/** R2 through its binding, which the platform guards itself: a deadline, no breaker. */
export function createMediaStore(
  bucket: R2Bucket,
  { mediaReadMs, mediaWriteMs }: Pick<Settings['deadlines'], 'mediaReadMs' | 'mediaWriteMs'>,
): MediaStore {
  return {
    async putOriginal({ sha256, original, mime }) {
      const options = { sha256, onlyIf: IF_ABSENT, httpMetadata: { contentType: mime } };
      await guarded(bucket.put(keyOf(sha256, 'original'), original, options), mediaWriteMs);
    },
    async putThumbnail(sha256, webp) {
      const options = { onlyIf: IF_ABSENT, httpMetadata: { contentType: 'image/webp' } };
      await guarded(bucket.put(keyOf(sha256, 'thumbnail'), webp, options), mediaWriteMs);
    },
    async get(sha256, variant, range) {
      const options = range ? { range } : {};
      return await guarded(bucket.get(keyOf(sha256, variant), options), mediaReadMs);
    },
    async head(sha256, variant) {
      return await guarded(bucket.head(keyOf(sha256, variant)), mediaReadMs);
    },
    async remove(hashes) {
      // In this order, on which thumbnails made on demand rely.
      for (const variant of ['original', 'thumbnail'] as const) {
        const keys = hashes.map((sha256) => keyOf(sha256, variant));
        await guarded(bucket.delete(keys), mediaWriteMs);
      }
    },
    async listOriginals(after) {
      const range = { prefix: ORIGINALS, startAfter: ORIGINALS + after, limit: MAX_LISTED_KEYS };
      const { objects, truncated } = await guarded(bucket.list(range), mediaReadMs);
      const originals = objects.map(({ key, uploaded }) => ({
        sha256: key.slice(ORIGINALS.length),
        uploadedAt: uploaded,
      }));
      return { originals, isLast: !truncated };
    },
  };
}
