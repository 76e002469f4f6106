import { sql } from 'drizzle-orm';
import { tagList } from '../../cache/tag-sql.ts';
import type { RequestContext } from '../../context.ts';
import { MAX_IMAGE_BYTES } from '../../crawl/fetch-image.ts';
import { read } from '../../db/read.ts';
import { enterProject } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { AppError } from '../../errors/app-error.ts';
import { utf8 } from '../../lib/bytes.ts';
import { newId } from '../../lib/id.ts';
import { sha256Hex } from '../../media/hash.ts';
import { readRights } from '../../media/image/rights.ts';
import { type Ingested, ingestImage } from '../../media/ingest.ts';
import { isSwept, storeAgain } from '../../media/store-again.ts';
import { createLeaseQueue } from '../../resilience/lease-queue.ts';
import { readCapped } from '../../resilience/read-capped.ts';
import { requireUser } from '../account/require-user.ts';
import { takePlace } from '../account/take-place.ts';
import { type Image, imagesWhere, type ImageRecord, selectImages, showImage } from './view.ts';

/** From the first byte to the last: 10 MiB at 1 Mbit/s take 84 s. */
const BODY_DEADLINE_MS = 120_000;

/** Isolate lifetime. Four bodies are at most 40 MiB, twice that for a moment, of the 128 MB an isolate has. */
const uploads = createLeaseQueue({ concurrency: 4, maxWaiting: 16, maxWaitMs: 20_000, leaseMs: 240_000 });

interface UploadInput {
  body: ReadableStream<Uint8Array> | null;
  fileName: string | null;
}

/** `duplicate`: the project has the same content already, and this is its image. */
export interface Upload extends Image {
  duplicate: boolean;
}

/**
 * Adds one file to a project. Needs the role editor. Errors: `payload_too_large`; `request_timeout`; `unusable_image` with the reason
 * for what a crawl would reject; `too_many_at_once`; `unavailable`, also when the isolate has too many uploads at once.
 *
 * Costs two round trips before the write, to Postgres and to Redis: the bytes of those who may not are neither read nor
 * stored.
 */
export async function uploadImage(
  ctx: RequestContext,
  projectId: string,
  input: UploadInput,
): Promise<Written<Upload>> {
  requireUser(ctx);
  const authorize = enterProject(projectId, 'editor');
  await read(ctx, { from: 'replica', authorize, query: sql`select null::jsonb` });
  const place = await takePlace(ctx, 'upload');
  const turn = await uploads
    .run(async () => {
      const ingested = await ingest(ctx, await readCapped(input.body, MAX_IMAGE_BYTES, BODY_DEADLINE_MS));
      await coverContent(ctx, ingested.facts.sha256, input.fileName);
      return await record(ctx, projectId, ingested, input.fileName);
    })
    .finally(() => ctx.waitUntil('upload-place', place.release()));
  if (!turn.ok) throw new AppError('unavailable', 'Too many uploads at once.', { retryAfter: 5 });
  const { duplicate, ...found } = turn.value.body;
  return { ...turn.value, body: { ...showImage(ctx.services, found), duplicate } };
}

async function ingest(ctx: RequestContext, bytes: Uint8Array<ArrayBuffer>): Promise<Ingested> {
  // On demand: Node, which writes the API's description from the routes, cannot import wasm.
  const { codecs } = await import('../../media/thumbnail/codecs.ts');
  const outcome = await ingestImage(bytes, {
    codecs,
    store: async (blob) => await ctx.services.media.putOriginal(blob),
  });
  if (outcome.ok) return outcome;
  const { reason, detail } = outcome;
  throw new AppError('unusable_image', detail, {
    errors: [{ path: 'body', message: `${reason}: ${detail}` }],
  });
}

/** The fingerprint of the key was made without the body, which nobody had read yet. */
async function coverContent(ctx: RequestContext, sha256: string, fileName: string | null): Promise<void> {
  if (!ctx.idempotency) return;
  const { key, fingerprint } = ctx.idempotency;
  const covered = await sha256Hex(utf8([fingerprint, sha256, fileName ?? ''].join('\n')));
  ctx.idempotency = { key, fingerprint: covered };
}

type Recorded = ImageRecord & { duplicate: boolean };

async function record(
  ctx: RequestContext,
  projectId: string,
  ingested: Ingested,
  fileName: string | null,
): Promise<Written<Recorded>> {
  const insert = async () => await insertImage(ctx, projectId, ingested, fileName);
  try {
    return await insert();
  } catch (error) {
    if (!isSwept(error)) throw error;
    const { media, db } = ctx.services;
    await storeAgain(ingested.blob, { media, database: db.primary, requestId: ctx.requestId });
    return await insert();
  }
}

async function insertImage(
  ctx: RequestContext,
  projectId: string,
  { facts, blob, image }: Ingested,
  fileName: string | null,
): Promise<Written<Recorded>> {
  const id = newId('img', ctx.services.clock.now());
  const address = `upload:${encodeURIComponent(fileName ?? '')}`;
  const rights = JSON.stringify(readRights(blob.original, image.format));
  // Left by app.record_upload in the same transaction.
  const kept = sql`current_setting('app.uploaded')`;
  return await write<Recorded>(ctx, {
    authorize: enterProject(projectId, 'editor'),
    effects: [
      sql`select app.record_upload(${id}, ${JSON.stringify(facts)}::jsonb, ${address}, ${rights}::jsonb)`,
    ],
    activity: { action: 'image.uploaded', subjectId: id, projectId, onlyIf: sql`${kept} = ${id}` },
    tags: tagList(`project:${projectId}`),
    status: 201,
    reply: selectImages(imagesWhere(sql`i.id = ${kept}`), {
      more: sql`jsonb_build_object('duplicate', i.id <> ${id})`,
    }),
  });
}
