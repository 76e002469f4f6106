import type { RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';
import { byteStream } from '../../lib/byte-stream.ts';
import { observedStream } from '../../lib/observed-stream.ts';
import { zipStream, type ZipEntry } from '../../media/zip/index.ts';
import { type Place, PLACE_MS } from '../../rate-limit/concurrency.ts';
import { requireUser } from '../account/require-user.ts';
import { takePlace } from '../account/take-place.ts';
import type { ImageFilter } from '../image/filter.ts';
import type { ImageRecord } from '../image/view.ts';
import { archivePathOf, metadataChunks } from './metadata.ts';
import { type ProjectSnapshot, takeSnapshot } from './snapshot.ts';

export type ExportFormat = 'jsonl' | 'zip';

export interface Exported {
  stream: ReadableStream<Uint8Array>;
  /** From the project's name; plain ASCII, safe in a header and in any file system. */
  fileName: string;
}

/** `Rotkehlchen & Meise` -> `rotkehlchen-meise`; empty for a name without Latin letters or digits. */
export function slugOf(name: string): string {
  const ascii = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return ascii
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
}

/** Several times within the life of a place. */
const RENEWAL_MS = PLACE_MS / 4;
/** Objects asked of R2 ahead of the one being written. */
const OPEN_AHEAD = 6;

/**
 * The project's images that match as of now, newest first, streamed: a page of records and a few open objects are in
 * memory, whatever the size. Errors: `not_found`; `too_many_at_once`; a failure while streaming breaks the stream off, so that a short file
 * is never taken for a whole one.
 */
export async function exportProject(
  ctx: RequestContext,
  projectId: string,
  { format, filter }: { format: ExportFormat; filter: ImageFilter },
): Promise<Exported> {
  requireUser(ctx);
  const snapshot = await takeSnapshot(ctx, projectId, filter);
  const place = await takePlace(ctx, 'export');
  const written =
    format === 'jsonl' ? byteStream(metadataChunks(snapshot.records())) : zipStream(entriesOf(ctx, snapshot));
  const stream = whilePlaced(ctx, place, written);
  return { stream, fileName: `${slugOf(snapshot.projectName) || projectId}.${format}` };
}

/** Holds the place of an export for as long as its bytes flow; whoever stops reading loses it after PLACE_MS. */
function whilePlaced(
  ctx: RequestContext,
  place: Place,
  stream: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const { clock } = ctx.services;
  let renewedAt = clock.now();
  return observedStream(stream, {
    onChunk() {
      if (clock.now() - renewedAt < RENEWAL_MS) return;
      renewedAt = clock.now();
      ctx.waitUntil('export-place', place.renew());
    },
    onEnd() {
      ctx.waitUntil('export-place', place.release());
    },
  });
}

async function* entriesOf(ctx: RequestContext, snapshot: ProjectSnapshot): AsyncGenerator<ZipEntry> {
  const modifiedAt = new Date(ctx.services.clock.now());
  yield { kind: 'deflated', name: 'metadata.jsonl', modifiedAt, chunks: metadataChunks(snapshot.records()) };
  const ahead: { record: ImageRecord; body: Promise<ReadableStream<Uint8Array>> }[] = [];
  try {
    for await (const record of snapshot.records()) {
      const body = openOriginal(ctx, record);
      // Handled where it is awaited; until then a failure must not count as unhandled.
      body.catch(() => undefined);
      ahead.push({ record, body });
      const next = ahead.length > OPEN_AHEAD ? ahead.shift() : undefined;
      if (next) yield entryOf(next.record, next.body);
    }
    for (let next = ahead.shift(); next; next = ahead.shift()) yield entryOf(next.record, next.body);
  } finally {
    for (const { body } of ahead) {
      await body.then((stream) => stream.cancel()).catch(() => undefined);
    }
  }
}

function entryOf(record: ImageRecord, body: Promise<ReadableStream<Uint8Array>>): ZipEntry {
  return {
    kind: 'stored',
    name: archivePathOf(record),
    modifiedAt: new Date(record.createdAt),
    bytes: record.bytes,
    crc32: record.crc32,
    open: () => body,
  };
}

async function openOriginal(ctx: RequestContext, record: ImageRecord): Promise<ReadableStream<Uint8Array>> {
  const object = await ctx.services.media.get(record.sha256, 'original');
  if (!object) throw new AppError('internal', '', { cause: new Error(`The bytes of ${record.id} are gone`) });
  return object.body;
}
