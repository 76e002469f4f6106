import { newId } from '../lib/id.ts';
import { readRights } from '../media/image/rights.ts';
import type { ImageInfo } from '../media/image/types.ts';
import { type BlobFacts, ingestImage, type Refused } from '../media/ingest.ts';
import type { MediaStore } from '../media/store.ts';
import type { Codecs } from '../media/thumbnail/index.ts';
import { type Download, fetchImage, type FetchOptions, MAX_IMAGE_BYTES } from './fetch-image.ts';
import type { JobOptions } from './job-options.ts';
import { retryAt } from './retry-delay.ts';

/** What app.record_results takes for one item. */
export interface ItemResult extends Partial<BlobFacts> {
  position: number;
  status: 'stored' | 'rejected' | 'blocked' | 'failed' | 'deferred';
  reason?: string;
  detail?: string;
  /** RFC 3339; of a deferred item. */
  retryAt?: string;
  imageId?: string;
  finalUrl?: string;
  redirects?: string[];
  fetchedAt?: string;
  robots?: string;
  xRobotsTag?: string | null;
  etag?: string | null;
  rights?: object;
}

export interface CrawlTools {
  userAgent: string;
  media: MediaStore;
  codecs: Codecs;
  budget: FetchOptions['budget'];
  /** Seconds before the first repetition of what failed for a passing reason. */
  retrySeconds: number;
  now(): number;
}

/** `wait`: its host may not be asked before `until`, in ms since 1970. */
export type Processed =
  { kind: 'result'; result: ItemResult } | { kind: 'wait'; until: number } | { kind: 'stopped' };

/**
 * One URL from address to verdict: fetched, checked, measured, hashed, its bytes and thumbnail stored. Only
 * the database knows whether its content is new to the project. Errors: `unavailable`, when the fault is ours.
 */
export async function processItem(
  item: { position: number; url: string; attempt: number },
  options: JobOptions,
  tools: CrawlTools,
  way: Pick<FetchOptions, 'start' | 'backOff' | 'signal'>,
): Promise<Processed> {
  const { position, attempt } = item;
  const maxBytes = Math.min(options.maxBytes ?? MAX_IMAGE_BYTES, MAX_IMAGE_BYTES);
  const fetched = await fetchImage(item.url, { ...tools, ...way, maxBytes });
  if (fetched.kind === 'wait' || fetched.kind === 'stopped') return fetched;
  if (fetched.kind === 'failed') {
    const { failure, detail, passes, notBefore } = fetched;
    const again = passes ? retryAt(attempt, tools.retrySeconds, tools.now(), notBefore) : null;
    const verdict =
      again === null
        ? failure
        : { status: 'deferred' as const, reason: failure.reason, retryAt: new Date(again).toISOString() };
    return { kind: 'result', result: { position, ...verdict, detail } };
  }
  try {
    return { kind: 'result', result: { position, ...(await examine(fetched, options, tools)) } };
  } finally {
    fetched.lease.release();
  }
}

type Verdict = Omit<ItemResult, 'position'>;

/** What the job asks beyond the file's being an image; null when it has nothing against it. */
function judge(image: ImageInfo, options: JobOptions): Refused<'too_small' | 'aspect'> | null {
  const detail = `${image.width} × ${image.height} pixels`;
  if (options.formats && !options.formats.includes(image.format))
    return { ok: false, reason: 'format', detail: `${image.format} is not among the chosen formats` };
  if (image.width < (options.minWidth ?? 1) || image.height < (options.minHeight ?? 1))
    return { ok: false, reason: 'too_small', detail };
  const aspect = Math.max(image.width, image.height) / Math.min(image.width, image.height);
  return aspect > (options.maxAspect ?? Infinity) ? { ok: false, reason: 'aspect', detail } : null;
}

async function examine(fetched: Download, options: JobOptions, tools: CrawlTools): Promise<Verdict> {
  const ingested = await ingestImage(fetched.bytes, {
    codecs: tools.codecs,
    store: async (blob) => await tools.media.putOriginal(blob),
    judge: (image) => judge(image, options),
  });
  if (!ingested.ok) return { status: 'rejected', reason: ingested.reason, detail: ingested.detail };
  return {
    status: 'stored',
    imageId: newId('img', tools.now()),
    ...ingested.facts,
    finalUrl: fetched.finalUrl,
    redirects: fetched.redirects,
    fetchedAt: fetched.fetchedAt.toISOString(),
    robots: 'allowed',
    xRobotsTag: fetched.xRobotsTag,
    etag: fetched.etag,
    rights: readRights(fetched.bytes, ingested.image.format),
  };
}
