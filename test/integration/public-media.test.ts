import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/id.ts';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { media } from '../helpers/crawl.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';
import { picture, type Upload, upload } from '../helpers/uploads.ts';

let ada: Person;
let project: string;
let bytes: Uint8Array<ArrayBuffer>;
let image: Upload;
let address: string;

async function setVisibility(visibility: string) {
  return await ada.call(`/v1/projects/${project}`, { method: 'PATCH', body: { visibility } });
}

beforeAll(async () => {
  ada = await signUp();
  project = await createProject(ada);
  bytes = await picture();
  image = (await upload(ada, project, bytes)).body;
  address = `/p/${project}/${image.id}`;
});

beforeEach(async () => {
  expect((await setVisibility('public')).body).toMatchObject({ visibility: 'public' });
});

/** As a page of another site asks. */
const FOREIGN = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };

describe('an image of a public project', () => {
  it('is for anybody and for every site, for five minutes at a time', async () => {
    const reply = await createClient().send(address, { headers: FOREIGN });
    expect(reply.status).toBe(200);
    expect(new Uint8Array(await reply.arrayBuffer())).toEqual(bytes);
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      etag: `"${image.sha256}"`,
      'cache-control': 'public, max-age=300',
      'cache-tag': `project:${project}`,
      'content-type': 'image/jpeg',
      'content-length': String(bytes.length),
      'accept-ranges': 'bytes',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
  });

  it('comes as its thumbnail, too', async () => {
    const reply = await createClient().send(`${address}?variant=thumbnail`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('image/webp');
    expect(reply.headers.get('etag')).toBe(`"${image.sha256}-320"`);
    await reply.body?.cancel();
    const original = await createClient().send(`${address}?variant=original`);
    expect(new Uint8Array(await original.arrayBuffer())).toEqual(bytes);
  });

  it('reads no cookie and sets none', async () => {
    for (const cookie of ['', ada.cookie, 'darkroom_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']) {
      const client = createClient();
      client.cookie = cookie;
      const reply = await client.send(address);
      expect(reply.status).toBe(200);
      expect(reply.headers.get('set-cookie')).toBeNull();
      expect(reply.headers.get('vary')).toBeNull();
      await reply.body?.cancel();
    }
  });

  it('answers 304 to whoever has the bytes, before it looks at a range', async () => {
    const etag = `"${image.sha256}"`;
    for (const headers of [{ 'if-none-match': etag }, { 'if-none-match': `W/${etag}`, range: 'bytes=0-1' }]) {
      const reply = await createClient().send(address, { headers });
      expect([reply.status, await reply.text()]).toEqual([304, '']);
      expect(Object.fromEntries(reply.headers)).toMatchObject({
        etag,
        'cache-control': 'public, max-age=300',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      });
    }
  });

  it('comes in parts', async () => {
    const part = await createClient().send(address, {
      headers: { range: 'bytes=10-19', 'if-range': `"${image.sha256}"` },
    });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${bytes.length}`);
    expect(part.headers.get('access-control-allow-origin')).toBe('*');
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(10, 20));
    const end = await createClient().send(address, { headers: { range: 'bytes=-3' } });
    expect(new Uint8Array(await end.arrayBuffer())).toEqual(bytes.slice(-3));
    const several = await createClient().send(address, { headers: { range: 'bytes=0-1,4-5' } });
    expect(several.status).toBe(200);
    await several.body?.cancel();
    const outside = await problemOf(address, { headers: { range: `bytes=${bytes.length}-` } });
    expect(outside).toMatchObject({ status: 416, code: 'range_not_satisfiable' });
    expect(outside.headers.get('content-range')).toBe(`bytes */${bytes.length}`);
  });

  it('answers HEAD as GET without the bytes', async () => {
    const reply = await createClient().send(address, { method: 'HEAD' });
    expect([reply.status, await reply.text()]).toEqual([200, '']);
    expect(reply.headers.get('content-length')).toBe(String(bytes.length));
    expect(reply.headers.get('cache-tag')).toBe(`project:${project}`);
  });

  it('answers to no other method and knows no other variant', async () => {
    expect(await problemOf(address, { method: 'DELETE' })).toMatchObject({ status: 405 });
    expect(await problemOf(`${address}?variant=raw`)).toMatchObject({
      status: 400,
      errors: [{ path: 'query.variant' }],
    });
  });
});

describe('what is not public', () => {
  it('looks the same, whether it is private, deleted, in another project or has never been', async () => {
    const eve = await signUp();
    const closed = await createProject(eve);
    const secret = (await upload(eve, closed, await picture())).body.id;
    const deleted = (await upload(ada, project, await picture())).body.id;
    await ada.call(`/v1/images/${deleted}`, { method: 'DELETE' });
    const addresses = [
      `/p/${closed}/${secret}`,
      `/p/${project}/${deleted}`,
      `/p/${project}/${secret}`,
      `/p/${closed}/${image.id}`,
      `/p/${project}/${newId('img')}`,
      `/p/${newId('prj')}/${image.id}`,
      `/p/${project}/x`,
      `/p/prj_1/img_1`,
    ];
    const answers = [];
    for (const path of addresses) {
      for (const headers of [{}, { range: 'bytes=0-1' }, { 'if-none-match': '*' }]) {
        const { requestId: _, instance: __, headers: sent, ...problem } = await problemOf(path, { headers });
        expect(sent.get('access-control-allow-origin')).toBeNull();
        expect(sent.get('cross-origin-resource-policy')).toBe('same-origin');
        expect(sent.get('cache-tag')).toBeNull();
        answers.push(JSON.stringify(problem));
      }
    }
    expect(new Set(answers)).toEqual(new Set([answers[0]]));
    expect(JSON.parse(answers[0] ?? '')).toMatchObject({ status: 404, code: 'not_found' });
    expect((await eve.send(`/p/${closed}/${secret}`)).status).toBe(404);
  });

  it('is what was public until a moment ago', async () => {
    await setVisibility('private');
    const headers = { 'if-none-match': `"${image.sha256}"` };
    expect(await problemOf(address, { headers })).toMatchObject({ status: 404 });
    expect((await createClient().send(address, { method: 'HEAD' })).status).toBe(404);
    await setVisibility('public');
    const reply = await createClient().send(address);
    expect(reply.status).toBe(200);
    await reply.body?.cancel();
  });

  it('is an image whose bytes the store has lost', async () => {
    const lost = (await upload(ada, project, await picture())).body;
    await media.delete(`original/${lost.sha256}`);
    expect(await problemOf(`/p/${project}/${lost.id}`)).toMatchObject({ status: 404 });
  });

  it('cannot be told while the database is down', async () => {
    const neon = await openFaultyStore('neon');
    await neon.set('reset');
    const { variables } = neon;
    expect(await problemOf(address, { variables })).toMatchObject({ status: 503, code: 'unavailable' });
  });
});

describe('the visibility of a project', () => {
  it('is private at first, and changed by itself or with the rest', async () => {
    const other = await ada.call<{ id: string }>('/v1/projects', { body: { name: 'New' } });
    expect(other.body).toMatchObject({ visibility: 'private' });
    const path = `/v1/projects/${other.body.id}`;
    const both = await ada.call(path, { method: 'PATCH', body: { name: 'Open', visibility: 'public' } });
    expect(both).toMatchObject({ status: 200, body: { name: 'Open', visibility: 'public' } });
    expect((await ada.call(path)).body).toEqual(both.body);
    const renamed = await ada.call(path, { method: 'PATCH', body: { name: 'Renamed' } });
    expect(renamed.body).toMatchObject({ name: 'Renamed', visibility: 'public' });
  });

  it.each(['secret', '', null, true, 'PUBLIC'])('is not %j', async (visibility) => {
    const problem = await problemOf(
      `/v1/projects/${project}`,
      { method: 'PATCH', body: { visibility } },
      ada,
    );
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'body.visibility' }] });
  });
});
