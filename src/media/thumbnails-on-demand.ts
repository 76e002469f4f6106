import { inspectImage } from '../crawl/inspect/index.ts';
import { AppError } from '../errors/app-error.ts';
import { createLeaseQueue } from '../resilience/lease-queue.ts';
import type { MediaStore } from './store.ts';
import { makeThumbnail } from './thumbnail/index.ts';

/** Isolate lifetime. Two originals are at most 20 MiB; a page of a gallery asks for a hundred thumbnails at once. */
const making = createLeaseQueue({ concurrency: 2, maxWaiting: 200, maxWaitMs: 15_000, leaseMs: 60_000 });

/**
 * The store with thumbnails that are made, and kept, when they are first asked for. `mayMake` is awaited before, and
 * what it rejects with is passed on. Null for an image that has none. Errors: `unavailable` when too many are being
 * made.
 */
export function thumbnailsOnDemand(
  media: MediaStore,
  mayMake: () => Promise<unknown>,
): Pick<MediaStore, 'get' | 'head'> {
  return {
    async get(sha256, variant, range) {
      const found = await media.get(sha256, variant, range);
      if (found || variant === 'original') return found;
      await mayMake();
      return (await ensureThumbnail(media, sha256)) ? await media.get(sha256, variant, range) : null;
    },
    async head(sha256, variant) {
      const found = await media.head(sha256, variant);
      if (found || variant === 'original') return found;
      await mayMake();
      return (await ensureThumbnail(media, sha256)) ? await media.head(sha256, variant) : null;
    },
  };
}

async function ensureThumbnail(media: MediaStore, sha256: string): Promise<boolean> {
  const turn = await making.run(async () => {
    // Somebody else may have made it meanwhile.
    if (await media.head(sha256, 'thumbnail')) return 'made';
    const original = await media.get(sha256, 'original');
    return original ? await make(media, sha256, new Uint8Array(await original.arrayBuffer())) : 'none';
  });
  const outcome = turn.ok ? turn.value : 'busy';
  if (outcome === 'busy')
    throw new AppError('unavailable', 'Too many thumbnails are being made.', { retryAfter: 2 });
  return outcome === 'made';
}

async function make(
  media: MediaStore,
  sha256: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<'made' | 'none' | 'busy'> {
  const inspection = inspectImage(bytes);
  if (!inspection.ok) return 'none';
  // On demand: Node, which writes the API's description from the routes, cannot import wasm.
  const { codecs } = await import('./thumbnail/codecs.ts');
  const thumbnail = await makeThumbnail(bytes, inspection.image, codecs);
  if (!thumbnail.ok) return thumbnail.reason;
  await media.putThumbnail(sha256, thumbnail.webp);
  // A sweep removes the original first and then the thumbnail: while the original is there it will find this one.
  if (await media.head(sha256, 'original')) return 'made';
  await media.remove([sha256]);
  return 'none';
}
