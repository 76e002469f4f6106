import { beforeEach, describe, expect, it } from 'vitest';
import { createMediaStore } from '../../src/media/store.ts';
import { defaultSettings } from '../../src/settings/index.ts';
import { thumbnailsOnDemand } from '../../src/media/thumbnails-on-demand.ts';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { addMember, importImages, media, query } from '../helpers/crawl.ts';

interface Image {
  id: string;
  projectId: string;
  jobId: string;
  sha256: string;
  mime: string;
  bytes: number;
  width: number;
  height: number;
  averageColor: string;
  url: string;
  thumbnail: { url: string; width: number; height: number } | null;
  source: { url: string; finalUrl: string };
}

let ada: Person;
let project: string;

beforeEach(async () => {
  ada = await signUp();
  project = await createProject(ada);
});

async function listImages(query = ''): Promise<{ data: Image[]; nextCursor: string | null }> {
  const reply = await ada.call<{ data: Image[]; nextCursor: string | null }>(
    `/v1/projects/${project}/images${query}`,
  );
  expect(reply.status).toBe(200);
  return reply.body;
}

/** One image of its own in the project of this test. */
async function importOne(path = `/image/${crypto.randomUUID()}.jpg`): Promise<Image> {
  await importImages(ada, project, [path]);
  const [image] = (await listImages('?limit=1')).data;
  if (!image) throw new Error('nothing was imported');
  return image;
}

async function imageCount(): Promise<unknown> {
  return (await ada.call(`/v1/projects/${project}`)).body['imageCount'];
}

describe('the images of a project', () => {
  it('are listed newest first, page by page, without gaps or repeats', async () => {
    for (let n = 0; n < 2; n++) {
      await importImages(
        ada,
        project,
        [1, 2, 3].map(() => `/image/${crypto.randomUUID()}.jpg`),
      );
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await listImages(`?limit=2${cursor}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor);
    expect(seen).toHaveLength(6);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
  });

  it('say what they are and where they came from', async () => {
    const name = `${crypto.randomUUID()}.png`;
    await importImages(ada, project, [`/redirect/2/image/${name}`]);
    const [image] = (await listImages()).data;
    expect(image).toMatchObject({
      projectId: project,
      jobId: expect.stringMatching(/^job_/),
      mime: 'image/png',
      width: 120,
      height: 90,
      orientation: 1,
      averageColor: expect.stringMatching(/^#[0-9a-f]{6}$/),
      source: {
        url: expect.stringContaining('/redirect/2/'),
        finalUrl: expect.stringMatching(new RegExp(`/image/${name}$`)),
        uploadedBy: null,
      },
    });
    expect(image).not.toHaveProperty('crc32');
    expect((await ada.call(`/v1/images/${image?.id}`)).body).toEqual(image);
  });

  it('are gone once deleted, and may then be imported again', async () => {
    const path = `/image/${crypto.randomUUID()}.jpg`;
    const image = await importOne(path);
    expect(await imageCount()).toBe(1);
    expect((await ada.call(`/v1/images/${image.id}`, { method: 'DELETE' })).status).toBe(204);
    for (const method of ['GET', 'DELETE']) {
      expect((await ada.call(`/v1/images/${image.id}`, { method })).status).toBe(404);
    }
    expect((await ada.call(`/v1/images/${image.id}/download`)).status).toBe(404);
    expect((await listImages()).data).toEqual([]);
    expect(await imageCount()).toBe(0);
    const again = await importOne(path);
    expect(again.id).not.toBe(image.id);
    expect(again.sha256).toBe(image.sha256);
    expect(await imageCount()).toBe(1);
  });

  it('are hidden from strangers behind every verb, and not deleted by a viewer', async () => {
    const image = await importOne();
    const [eve, vic] = [await signUp(), await signUp()];
    await addMember(project, vic, 'viewer');
    const path = `/v1/images/${image.id}`;
    const statuses = async (person: Person) => [
      (await person.call(path)).status,
      (await person.send(`${path}/download`)).status,
      (await person.call(`/v1/projects/${project}/images`)).status,
      (await person.call(path, { method: 'DELETE' })).status,
    ];
    expect(await statuses(eve)).toEqual([404, 404, 404, 404]);
    expect(await statuses(vic)).toEqual([200, 200, 200, 403]);
    expect(await imageCount()).toBe(1);
  });

  it('download as the original bytes under a name of their own', async () => {
    const image = await importOne();
    const reply = await ada.send(`/v1/images/${image.id}/download`);
    expect(reply.headers.get('content-disposition')).toBe(`attachment; filename="${image.id}.jpg"`);
    expect(reply.headers.get('content-type')).toBe('image/jpeg');
    const bytes = new Uint8Array(await reply.arrayBuffer());
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    expect(Buffer.from(digest).toString('hex')).toBe(image.sha256);
    expect(bytes).toHaveLength(image.bytes);
  });

  it('are 404 in their bytes when the store has lost them', async () => {
    const image = await importOne();
    await media.delete(`original/${image.sha256}`);
    for (const method of ['GET', 'HEAD']) {
      expect((await ada.send(`/v1/images/${image.id}/download`, { method })).status).toBe(404);
    }
    expect((await ada.send(image.url, { headers: { range: 'bytes=0-1' } })).status).toBe(404);
  });
});

describe('thumbnails', () => {
  const keyOf = (sha256: string) => `thumbnail/320/${sha256}.webp`;

  it('are WebP pictures of at most 320 pixels a side', async () => {
    const image = await importOne();
    expect(image.thumbnail).toMatchObject({ width: 120, height: 90 });
    const reply = await createClient().send(image.thumbnail?.url ?? '');
    expect(reply.headers.get('content-type')).toBe('image/webp');
    const bytes = Buffer.from(await reply.arrayBuffer());
    expect(bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 12)).toBe('RIFFWEBP');
    const sizes = await query('select 1 from blobs where thumbnail_width > 320 or thumbnail_height > 320');
    expect(sizes).toEqual([]);
  });

  it('are made once, when somebody looks', async () => {
    const image = await importOne();
    const url = image.thumbnail?.url ?? '';
    expect(await media.head(keyOf(image.sha256))).toBeNull();
    const described = await createClient().send(url, { method: 'HEAD' });
    const made = await media.head(keyOf(image.sha256));
    expect(described.headers.get('content-length')).toBe(String(made?.size));
    const replies = await Promise.all(Array.from({ length: 12 }, async () => await createClient().send(url)));
    const bodies = await Promise.all(replies.map(async (reply) => Buffer.from(await reply.arrayBuffer())));
    expect(new Set(bodies.map((body) => body.toString('base64'))).size).toBe(1);
    expect((await media.head(keyOf(image.sha256)))?.uploaded).toEqual(made?.uploaded);
  });

  it('come by dozens at once', async () => {
    const image = await importOne();
    const url = image.thumbnail?.url ?? '';
    const replies = await Promise.all(Array.from({ length: 60 }, async () => await createClient().send(url)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    await Promise.all(replies.map(async (reply) => await reply.body?.cancel()));
  });

  it('are not made of an image that was deleted', async () => {
    const image = await importOne();
    await query('update images set deleted_at = now() where id = $1', [image.id]);
    expect((await createClient().send(image.thumbnail?.url ?? '')).status).toBe(404);
    expect(await media.head(keyOf(image.sha256))).toBeNull();
  });

  it('do not stay behind when the original is swept while they are made', async () => {
    const image = await importOne();
    const store = createMediaStore(media, defaultSettings().deadlines);
    const swept = thumbnailsOnDemand(
      {
        ...store,
        putThumbnail: async (...args) => {
          await store.remove([image.sha256]);
          await store.putThumbnail(...args);
        },
      },
      async () => undefined,
    );
    expect(await swept.get(image.sha256, 'thumbnail')).toBeNull();
    expect(await media.head(keyOf(image.sha256))).toBeNull();
  });

  it('are missing for an image that is too large to decode, which is kept all the same', async () => {
    const image = await importOne('/wide.png');
    expect(image).toMatchObject({ width: 16_400, height: 2, thumbnail: null, averageColor: '#7a7774' });
    expect((await createClient().send(image.url)).status).toBe(200);
    expect(await media.head(keyOf(image.sha256))).toBeNull();
  });
});
