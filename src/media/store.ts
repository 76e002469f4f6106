import { AppError } from '../errors/app-error.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { MediaVariant } from './signed-url.ts';

const WRITE_DEADLINE_MS = 20_000;
const READ_DEADLINE_MS = 5_000;

export interface ByteRange {
  offset: number;
  length: number;
}

/** Images by the SHA-256 of their bytes. A key is written once and never changes. */
export interface MediaStore {
  /** Stores the original unless it is there already; R2 checks the digest while it writes. */
  putOriginal(sha256: string, bytes: Uint8Array, mime: string): Promise<void>;
  putThumbnail(sha256: string, webp: Uint8Array): Promise<void>;
  /** The object, or null when there is none; `range` must lie within it. */
  get(sha256: string, variant: MediaVariant, range?: ByteRange): Promise<R2ObjectBody | null>;
  head(sha256: string, variant: MediaVariant): Promise<R2Object | null>;
}

function keyOf(sha256: string, variant: MediaVariant): string {
  return variant === 'original' ? `original/${sha256}` : `thumbnail/320/${sha256}.webp`;
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

export function createMediaStore(bucket: R2Bucket): MediaStore {
  return {
    async putOriginal(sha256, bytes, mime) {
      const options = { sha256, onlyIf: IF_ABSENT, httpMetadata: { contentType: mime } };
      await guarded(bucket.put(keyOf(sha256, 'original'), bytes, options), WRITE_DEADLINE_MS);
    },
    async putThumbnail(sha256, webp) {
      const options = { onlyIf: IF_ABSENT, httpMetadata: { contentType: 'image/webp' } };
      await guarded(bucket.put(keyOf(sha256, 'thumbnail'), webp, options), WRITE_DEADLINE_MS);
    },
    async get(sha256, variant, range) {
      const options = range ? { range } : {};
      return await guarded(bucket.get(keyOf(sha256, variant), options), READ_DEADLINE_MS);
    },
    async head(sha256, variant) {
      return await guarded(bucket.head(keyOf(sha256, variant)), READ_DEADLINE_MS);
    },
  };
}
