import { neonConfig } from '@neondatabase/serverless';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { getPlatformProxy } from 'wrangler';
import { startNeonGateway, type NeonGateway } from '../../dev/neon/index.ts';
import { sweepMedia } from '../../src/cron/sweep-media.ts';
import { sha256Hex } from '../../src/media/hash.ts';
import { guardDatabase } from '../../src/db/guard.ts';
import { createQueries } from '../../src/db/neon.ts';
import { newCaller } from '../helpers/caller.ts';
import { type BlobBytes, createMediaStore, type MediaStore } from '../../src/media/store.ts';
import { defaultSettings } from '../../src/settings/index.ts';
import { openTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

export let database: TestDatabase;
let gateway: NeonGateway;
/** The bindings of wrangler.toml, as the local runtime simulates them. */
let platform: { env: { MEDIA: R2Bucket }; dispose(): Promise<void> };
export let bucket: R2Bucket;
export let media: MediaStore;
/** Past every policy, for arranging and looking. */
export let admin: pg.Client;
/** As a consumer writes. */
export let consumer: pg.Client;

/** A database, a bucket and two clients of its own for the test file that calls it; emptied before every test. */
export function setSweepStage(): void {
  beforeAll(async () => {
    database = await openTestDatabase();
    gateway = await startNeonGateway();
    neonConfig.fetchEndpoint = `${gateway.url}/sql`;
    platform = await getPlatformProxy({ persist: false, envFiles: [] });
    bucket = platform.env.MEDIA;
    media = createMediaStore(bucket, defaultSettings().deadlines);
    admin = database.superuser;
    consumer = new pg.Client(database.roleUrl('darkroom_service'));
    await consumer.connect();
  });

  afterAll(async () => {
    await consumer?.end();
    await Promise.all([platform?.dispose(), gateway?.close()]);
    await database?.close();
  });

  beforeEach(async () => {
    await admin.query(
      `truncate projects, images, blobs, blob_sweeps cascade;
       insert into projects (id, name) values ('prj_a', 'A'), ('prj_b', 'B')`,
    );
    const { objects } = await bucket.list();
    if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key));
  });
}

export const service = () => {
  const url = database.roleUrl('darkroom_service');
  return guardDatabase('service', url, async () => createQueries(url, undefined), newCaller());
};

export async function sweep(more: { media?: MediaStore; later?: number } = {}) {
  const db = { primary: service(), replica: null, service: service() };
  const clock = { now: () => Date.now() + (more.later ?? 0) };
  return await sweepMedia({ db, media: more.media ?? media, clock });
}

/** Bytes of their own, and a row that says what they are. */
export async function newBlob(): Promise<BlobBytes> {
  const original = crypto.getRandomValues(new Uint8Array(64));
  const sha256 = await sha256Hex(original);
  await admin.query(
    `insert into blobs (sha256, bytes, crc32, mime, width, height, average_color)
     values (decode($1, 'hex'), 64, 1, 'image/png', 1, 1, '#000000')`,
    [sha256],
  );
  return { sha256, mime: 'image/png', original };
}

/** Puts the original, and the thumbnail of somebody who looked. */
export async function storeBlob(store: MediaStore, blob: BlobBytes): Promise<void> {
  await store.putOriginal(blob);
  await store.putThumbnail(blob.sha256, new Uint8Array(8));
}

/** The insert of a consumer that put the bytes before; in the transaction under way, if there is one. */
export async function insertImage(
  blob: BlobBytes,
  id: string,
  project = 'prj_a',
  client = consumer,
): Promise<void> {
  await client.query(
    `insert into images (id, project_id, sha256, format, size) values ($1, $2, decode($3, 'hex'), 'png', 'small')
     on conflict (project_id, sha256) where deleted_at is null do nothing`,
    [id, project, blob.sha256],
  );
}

/** As the bin does after 30 days. */
export async function deleteImage(id: string): Promise<void> {
  await admin.query('delete from images where id = $1', [id]);
}

/** As if what the database noted of a blob had happened so much earlier. */
export async function age({ sha256 }: BlobBytes, interval: string): Promise<void> {
  await admin.query(
    `update blob_sweeps set released_at = released_at - $2::interval, marked_at = marked_at - $2::interval,
       removed_at = removed_at - $2::interval where sha256 = decode($1, 'hex')`,
    [sha256, interval],
  );
}

/** Stored, shown in a project, and taken out of it again. */
export async function releasedBlob(since = '25 hours'): Promise<BlobBytes> {
  const blob = await newBlob();
  await storeBlob(media, blob);
  await insertImage(blob, `img_${blob.sha256}`);
  await deleteImage(`img_${blob.sha256}`);
  await age(blob, since);
  return blob;
}

export async function stateOf({ sha256 }: BlobBytes): Promise<string> {
  const { rows } = await admin.query<{ state: string }>(
    `select coalesce(app.sweep_state($1), 'waiting') as state from blob_sweeps where sha256 = decode($1, 'hex')`,
    [sha256],
  );
  return rows[0]?.state ?? 'none';
}

/** Whether the original and the thumbnail are stored. */
export async function isStored({ sha256 }: BlobBytes): Promise<boolean[]> {
  const found = [await media.head(sha256, 'original'), await media.head(sha256, 'thumbnail')];
  return found.map((object) => object !== null);
}
