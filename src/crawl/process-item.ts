import { newId } from '../lib/id.ts';
import { sha256Hex } from '../media/hash.ts';
import type { MediaStore } from '../media/store.ts';
import { type Codecs, makeThumbnail } from '../media/thumbnail/index.ts';
import { crc32 } from '../media/zip/index.ts';
import type { ByteBudget } from './byte-budget.ts';
import { type Fetched, fetchImage } from './fetch-image.ts';
import { inspectImage } from './inspect/index.ts';
import type { JobOptions } from './job-options.ts';

/** What app.record_results takes for one item. */
export interface ItemResult {
  position: number;
  status: 'stored' | 'rejected' | 'blocked' | 'failed' | 'skipped';
  reason?: string;
  detail?: string;
  imageId?: string;
  sha256?: string;
  bytes?: number;
  crc32?: number;
  mime?: string;
  width?: number;
  height?: number;
  orientation?: number;
  averageColor?: string;
  thumbnailWidth?: number | null;
  thumbnailHeight?: number | null;
  finalUrl?: string;
  redirects?: string[];
  fetchedAt?: string;
}

export interface CrawlTools {
  userAgent: string;
  media: MediaStore;
  codecs: Codecs;
  budget: ByteBudget;
  allowedOrigins: readonly string[];
  now(): number;
}

/** Shown where no thumbnail could be made; the neutral of the console. */
const UNKNOWN_COLOR = '#7a7774';

/** Nothing was wrong with the image: the item stays pending and is tried again. */
export class TryAgainError extends Error {
  override name = 'TryAgainError';
}

/**
 * One URL from address to verdict: fetched, checked, measured, hashed, its bytes and thumbnail stored. Only
 * the database knows whether its content is new to the project. Throws TryAgainError, or `unavailable` of
 * the image store, when the fault is ours.
 */
export async function processItem(
  item: { position: number; url: string },
  options: JobOptions,
  tools: CrawlTools,
): Promise<ItemResult> {
  const { position } = item;
  const fetched = await fetchImage(item.url, tools);
  if (!fetched.ok) return { position, ...fetched.failure, detail: fetched.detail };
  try {
    return { position, ...(await examine(fetched, options, tools)) };
  } finally {
    fetched.lease.release();
  }
}

async function examine(
  fetched: Extract<Fetched, { ok: true }>,
  options: JobOptions,
  tools: CrawlTools,
): Promise<Omit<ItemResult, 'position'>> {
  const { bytes } = fetched;
  const inspection = inspectImage(bytes);
  if (!inspection.ok) return { status: 'rejected', reason: inspection.reason, detail: inspection.detail };
  const { image } = inspection;
  if (image.width < (options.minWidth ?? 1) || image.height < (options.minHeight ?? 1)) {
    return {
      status: 'rejected',
      reason: 'too_small',
      detail: `${image.width} × ${image.height} pixels`,
    };
  }

  const thumbnail = await makeThumbnail(bytes, image, tools.codecs);
  if (!thumbnail.ok && thumbnail.reason === 'undecodable') {
    return { status: 'rejected', reason: 'corrupt', detail: thumbnail.detail };
  }
  if (!thumbnail.ok && thumbnail.reason === 'busy') throw new TryAgainError(thumbnail.detail);

  const sha256 = await sha256Hex(bytes);
  await tools.media.putOriginal(sha256, bytes, image.mime);
  if (thumbnail.ok) await tools.media.putThumbnail(sha256, thumbnail.webp);
  return {
    status: 'stored',
    imageId: newId('img', tools.now()),
    sha256,
    bytes: bytes.byteLength,
    crc32: crc32(bytes),
    mime: image.mime,
    width: image.width,
    height: image.height,
    orientation: image.orientation,
    averageColor: thumbnail.ok ? thumbnail.averageColor : UNKNOWN_COLOR,
    thumbnailWidth: thumbnail.ok ? thumbnail.width : null,
    thumbnailHeight: thumbnail.ok ? thumbnail.height : null,
    finalUrl: fetched.finalUrl,
    redirects: fetched.redirects,
    fetchedAt: fetched.fetchedAt.toISOString(),
  };
}
