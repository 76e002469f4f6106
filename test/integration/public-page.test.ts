import { env } from 'cloudflare:workers';
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import worker from '../../src/index.ts';
import { newId } from '../../src/lib/id.ts';
import { PAGE_MEMORY_MS } from '../../src/public-site/page-memory.ts';
import { alone } from '../helpers/alone.ts';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';
import { sqlAsSuperuser } from '../helpers/sql.ts';
import { picture, type Upload, upload } from '../helpers/uploads.ts';

let ada: Person;
let project: string;
let image: Upload;
let address: string;

async function setVisibility(visibility: string) {
  await ada.call(`/v1/projects/${project}`, { method: 'PATCH', body: { visibility } });
}

beforeAll(async () => {
  ada = await signUp();
});

beforeEach(async () => {
  project = await createProject(ada, 'Harbours & <b>boats</b>');
  image = (await upload(ada, project, await picture())).body;
  address = `/p/${project}`;
  await setVisibility('public');
});

const read = async (path = address, headers: Record<string, string> = {}) => {
  const reply = await createClient().send(path, { headers });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
};

describe('the page of a public project', () => {
  it('is for anybody, without a script, and may be kept for a short time', async () => {
    const { status, headers, text } = await read();
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=UTF-8',
      'cache-control': 'public, max-age=60',
      'cdn-cache-control': 'public, max-age=300, stale-while-revalidate=60, stale-if-error=3300',
      'cache-tag': `project:${project}`,
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
    });
    expect(headers.get('vary')).toBeNull();
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('darkroom-bookmark')).toBeNull();
    expect(text).toContain('<h1>Harbours &amp; &lt;b&gt;boats&lt;/b&gt;</h1>');
    expect(text).toContain(`src="/p/${project}/${image.id}?variant=thumbnail"`);
    expect(text).not.toContain('signature=');
  });

  it('is the same for whoever asks, under an id of the request for each', async () => {
    const answers = [];
    for (const cookie of ['', ada.cookie]) {
      for (const authorization of [null, 'Bearer nonsense']) {
        const headers = { ...(cookie && { cookie }), ...(authorization && { authorization }) };
        const reply = await read(address, { ...headers, 'x-request-id': `asked-${answers.length}` });
        expect(reply.headers.get('x-request-id')).toBe(`asked-${answers.length}`);
        answers.push(`${reply.status} ${reply.headers.get('etag')} ${reply.text}`);
      }
    }
    expect(new Set(answers).size).toBe(1);
  });

  it('comes from memory the second time, with neither database nor Redis', async () => {
    expect((await read()).headers.get('cache-status')).toBeNull();
    const [neon, redis] = [await openFaultyStore('neon'), await openFaultyStore('redis')];
    await neon.set('reset');
    await redis.set('reset');
    const variables = { ...neon.variables, ...redis.variables };
    const reply = await createClient().send(address, { variables });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('cache-status')).toMatch(/^darkroom-isolate; hit; ttl=[0-4]$/);
    expect(await reply.text()).toContain(image.id);
    const other = await createClient().send(`${address}?cursor=`, { variables });
    expect(other.status).toBe(400);
    await other.body?.cancel();
  });

  it('answers 304 to whoever has it, from memory or not, and HEAD without a body', async () => {
    const first = await read();
    const etag = first.headers.get('etag') ?? '';
    for (const path of [address, `${address}?unknown=1`]) {
      const again = await read(path, { 'if-none-match': `"x", ${etag}` });
      expect([again.status, again.text]).toEqual([304, '']);
      for (const name of ['etag', 'cache-control', 'cdn-cache-control', 'cache-tag'])
        expect(again.headers.get(name)).toBe(first.headers.get(name));
    }
    const head = await createClient().send(address, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
  });

  it('leads through all images that nobody has rejected, newest first', async () => {
    const rejected = (await upload(ada, project, await picture())).body.id;
    await ada.call(`/v1/images/${rejected}`, {
      method: 'PATCH',
      body: { review: 'reject', revision: 0 },
    });
    await sqlAsSuperuser(
      `with made as (
         insert into images (id, project_id, sha256, format, size, review)
         select 'img_00000000000000000000000' || lpad(n::text, 3, '0'), $1, sha256(n::text::bytea), 'jpeg', 'small',
           case when n % 2 = 0 then 'keep' else 'undecided' end
         from generate_series(1, 130) n returning id, sha256, project_id
       ), stored as (
         insert into blobs (sha256, bytes, crc32, mime, width, height, average_color)
         select sha256, 1, 1, 'image/jpeg', 1, 1, '#000000' from made on conflict do nothing
       )
       insert into image_sources (image_id, project_id, url_hash, url, final_url, fetched_at)
       select id, project_id, sha256, 'https://a.example/', 'https://a.example/', now() from made`,
      [project],
    );
    await setVisibility('private');
    await setVisibility('public');
    const found: string[] = [];
    for (let path: string | undefined = address; path !== undefined;) {
      const { status, text }: { status: number; text: string } = await read(path);
      expect(status).toBe(200);
      found.push(...[...text.matchAll(/<a href="\/p\/prj_[^/]+\/(img_\w+)"/g)].map(([, id = '']) => id));
      path = /rel="next" href="([^"]+)"/.exec(text)?.[1];
    }
    const made = Array.from({ length: 130 }, (_, nth) => `img_${String(130 - nth).padStart(26, '0')}`);
    expect(found).toEqual([image.id, ...made]);
    await sqlAsSuperuser('delete from images where project_id = $1 and id like $2', [project, 'img_000000%']);
  });

  it.each(['nonsense', 'djE6cHJqXzE', '%00', 'a'.repeat(199)])('has no page %s', async (cursor) => {
    const problem = await problemOf(`${address}?cursor=${cursor}`);
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'query.cursor' }] });
  });
});

describe('what is not public', () => {
  it('has no page, and looks the same whether it is private, deleted or has never been', async () => {
    const [closed, deleted] = [await createProject(ada), await createProject(ada)];
    await ada.call(`/v1/projects/${deleted}`, { method: 'PATCH', body: { visibility: 'public' } });
    await ada.call(`/v1/projects/${deleted}`, { method: 'DELETE' });
    const answers = [];
    for (const id of [closed, deleted, newId('prj'), 'prj_1', 'x']) {
      const { requestId: _, instance: __, headers, ...problem } = await problemOf(`/p/${id}`);
      expect(headers.get('cache-tag')).toBeNull();
      answers.push(JSON.stringify(problem));
    }
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0] ?? '')).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('has no page any more from the moment it became private, was deleted, or lost an image', async () => {
    expect((await read()).text).toContain(image.id);
    await setVisibility('private');
    expect((await read()).status).toBe(404);
    await setVisibility('public');
    expect((await read()).text).toContain(image.id);
    await ada.call(`/v1/images/${image.id}`, { method: 'DELETE' });
    const { status, text } = await read();
    expect([status, text.includes(image.id)]).toEqual([200, false]);
    await ada.call(`/v1/projects/${project}`, { method: 'DELETE' });
    expect((await read()).status).toBe(404);
  });

  it('loses its copies later when they could not be purged at once', async () => {
    const purge = async () => await Promise.reject(new Error('The platform is down'));
    const context = createExecutionContext();
    Object.defineProperty(context, 'exports', { value: { PublicSite: { purge } } });
    const headers = { cookie: ada.cookie, 'content-type': 'application/json' };
    const request = new Request(`http://darkroom.test/v1/projects/${project}`, {
      method: 'PATCH',
      headers,
      body: '{"visibility":"private"}',
    });
    expect((await worker.fetch(request as never, env, context)).status).toBe(200);
    await waitOnExecutionContext(context);
    const waiting = async () =>
      await sqlAsSuperuser(
        `select id from outbox where topic = 'copies.purge' and payload -> 'tags' ->> 0 = $1 and done_at is null`,
        [`project:${project}`],
      );
    expect(await waiting()).toHaveLength(1);
    await alone(async () => {
      await sqlAsSuperuser(`update outbox set available_at = now() where topic = 'copies.purge'`);
      await worker.scheduled(createScheduledController({ cron: '* * * * *' }), env, createExecutionContext());
    });
    expect(await waiting()).toEqual([]);
  });

  it('stays in the memory of other isolates for seconds at the most', () => {
    expect(PAGE_MEMORY_MS).toBeLessThanOrEqual(5_000);
  });
});
