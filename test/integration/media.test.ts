import { beforeEach, describe, expect, it } from 'vitest';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { importImages } from '../helpers/crawl.ts';
import { openFaultyStore } from '../helpers/faults.ts';

interface Image {
  id: string;
  sha256: string;
  bytes: number;
  url: string;
  thumbnail: { url: string } | null;
}

let ada: Person;
let project: string;

beforeEach(async () => {
  ada = await signUp();
  project = await createProject(ada);
});

/** One image of its own in the project of this test. */
async function importOne(): Promise<Image> {
  await importImages(ada, project, [`/image/${crypto.randomUUID()}.jpg`]);
  const reply = await ada.call<{ data: Image[] }>(`/v1/projects/${project}/images?limit=1`);
  const [image] = reply.body.data;
  if (!image) throw new Error('nothing was imported');
  return image;
}

describe('signed addresses', () => {
  it('serve the bytes to whoever holds them, with headers that let nothing in them run', async () => {
    const image = await importOne();
    const reply = await createClient().send(image.url);
    expect(reply.status).toBe(200);
    expect(await reply.arrayBuffer()).toHaveProperty('byteLength', image.bytes);
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      etag: `"${image.sha256}"`,
      'cache-control': 'private, max-age=31536000, immutable',
      'content-type': 'image/jpeg',
      'content-length': String(image.bytes),
      'accept-ranges': 'bytes',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    expect(reply.headers.get('set-cookie')).toBeNull();
  });

  it('answer 304 with the same validators when the browser has the bytes', async () => {
    const image = await importOne();
    const etag = `"${image.sha256}"`;
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const reply = await createClient().send(image.url, { headers: { 'if-none-match': tag } });
      expect(reply.status).toBe(304);
      expect(reply.headers.get('etag')).toBe(etag);
      expect(reply.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
      expect(await reply.text()).toBe('');
    }
    const other = await createClient().send(image.url, { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);
    await other.body?.cancel();
  });

  it('serve parts, and refuse parts that do not exist', async () => {
    const image = await importOne();
    const whole = new Uint8Array(await (await createClient().send(image.url)).arrayBuffer());
    const last = image.bytes - 1;
    for (const [range, start, end] of [
      ['bytes=0-9', 0, 9],
      ['bytes=5-', 5, last],
      ['bytes=-7', last - 6, last],
      [`bytes=${last}-${last + 500}`, last, last],
    ] as const) {
      const part = await createClient().send(image.url, { headers: { range } });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes ${start}-${end}/${image.bytes}`);
      expect(part.headers.get('content-length')).toBe(String(end - start + 1));
      expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.slice(start, end + 1));
    }
    for (const range of [`bytes=${image.bytes}-`, 'bytes=-0']) {
      const outside = await createClient().call(image.url, { headers: { range } });
      expect(outside.status).toBe(416);
      expect(outside.headers.get('content-range')).toBe(`bytes */${image.bytes}`);
      expect(outside.body['code']).toBe('range_not_satisfiable');
    }
  });

  it.each([
    ['several parts', { range: 'bytes=0-1,4-5' }],
    ['an unknown unit', { range: 'lines=0-1' }],
    ['an empty range', { range: 'bytes=-' }],
    ['a range turned round', { range: 'bytes=9-5' }],
    ['a part of another version', { range: 'bytes=0-1', 'if-range': '"other"' }],
    [
      'a part of what was there at some time',
      { range: 'bytes=0-1', 'if-range': 'Sat, 21 Nov 2026 12:00:00 GMT' },
    ],
    ['a part of any version', { range: 'bytes=0-1', 'if-range': '*' }],
  ])('answer with the whole when asked for %s', async (_what, headers) => {
    const image = await importOne();
    const reply = await createClient().send(image.url, { headers });
    expect(reply.status).toBe(200);
    expect(await reply.arrayBuffer()).toHaveProperty('byteLength', image.bytes);
  });

  it('serve a part of this very version, which only its strong tag names', async () => {
    const image = await importOne();
    const range = 'bytes=0-1';
    const part = await createClient().send(image.url, {
      headers: { range, 'if-range': `"${image.sha256}"` },
    });
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 2]);
    const weak = await createClient().send(image.url, {
      headers: { range, 'if-range': `W/"${image.sha256}"` },
    });
    expect([weak.status, (await weak.arrayBuffer()).byteLength]).toEqual([200, image.bytes]);
  });

  it('answer 304 before they look at the range', async () => {
    const image = await importOne();
    for (const range of ['bytes=0-1', `bytes=${image.bytes}-`]) {
      const headers = { range, 'if-none-match': `"${image.sha256}"` };
      const reply = await createClient().send(image.url, { headers });
      expect([reply.status, reply.headers.get('content-range'), await reply.text()]).toEqual([304, null, '']);
    }
  });

  it('work no longer once the image was deleted, or its project', async () => {
    const [image, other] = [await importOne(), await importOne()];
    const addresses = [image.url, image.thumbnail?.url ?? '', other.url];
    for (const address of addresses) {
      const reply = await createClient().send(address);
      expect(reply.status).toBe(200);
      await reply.body?.cancel();
    }
    await ada.call(`/v1/images/${image.id}`, { method: 'DELETE' });
    for (const headers of [
      {},
      { range: 'bytes=0-1' },
      { range: 'bytes=99999999-' },
      { 'if-none-match': '*' },
    ]) {
      for (const address of [image.url, image.thumbnail?.url ?? '']) {
        const reply = await createClient().call(address, { headers });
        expect(reply).toMatchObject({
          status: 404,
          body: { code: 'not_found', detail: 'The image was deleted.' },
        });
      }
    }
    expect((await createClient().send(image.url, { method: 'HEAD' })).status).toBe(404);
    expect((await createClient().send(other.url, { method: 'HEAD' })).status).toBe(200);
    await ada.call(`/v1/projects/${project}`, { method: 'DELETE' });
    expect((await createClient().call(other.url)).status).toBe(404);
  });

  it.each(['reset', 'garbage'] as const)(
    'work without the database, too, which shows the fault %s',
    async (fault) => {
      const image = await importOne();
      const neon = await openFaultyStore('neon');
      await neon.set(fault);
      const reply = await createClient().send(image.url, { variables: neon.variables });
      expect([reply.status, (await reply.arrayBuffer()).byteLength]).toEqual([200, image.bytes]);
    },
  );

  it('answer HEAD as GET without the bytes, whatever part it asks for', async () => {
    const image = await importOne();
    const headers = { range: 'bytes=0-1' };
    const reply = await createClient().send(image.url, { method: 'HEAD', headers });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('etag')).toBe(`"${image.sha256}"`);
    expect(reply.headers.get('content-length')).toBe(String(image.bytes));
    expect(await reply.text()).toBe('');
  });

  it('are refused when any part of them was changed, or their time is over', async () => {
    const [image, other] = [await importOne(), await importOne()];
    const changed = (change: (url: URL) => void) => {
      const url = new URL(image.url, 'http://darkroom.test');
      change(url);
      return url.pathname + url.search;
    };
    const addresses = [
      changed((url) => (url.pathname = `/media/${other.sha256}`)),
      changed((url) => url.searchParams.set('project', 'prj_other')),
      changed((url) => url.searchParams.set('image', other.id)),
      changed((url) => url.searchParams.set('variant', 'thumbnail')),
      changed((url) => url.searchParams.set('variant', 'raw')),
      changed((url) => url.searchParams.set('expires', '99999999999')),
      changed((url) => url.searchParams.set('expires', '1')),
      changed((url) => url.searchParams.set('signature', 'AAAA')),
      changed((url) => url.searchParams.delete('signature')),
      `/media/${image.sha256}`,
    ];
    for (const address of addresses) {
      const reply = await ada.call(address);
      expect([address, reply.status, reply.body['code']]).toEqual([address, 403, 'invalid_signature']);
      expect(reply.headers.get('content-type')).toBe('application/problem+json');
      expect(reply.headers.get('cache-control')).toBe('no-store');
    }
  });
});
