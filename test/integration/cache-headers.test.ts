import { beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { AREAS } from '../../src/routes/areas.ts';
import { CACHE_POLICIES, GET_ROUTES } from '../../src/routes/cache-policy.ts';
import { type Client, createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { picture, type Upload, upload } from '../helpers/uploads.ts';

let ada: Person;
let project: string;
let image: Upload;

beforeAll(async () => {
  ada = await signUp();
  project = await createProject(ada);
  image = (await upload(ada, project, await picture())).body;
  await ada.call(`/v1/projects/${project}`, { method: 'PATCH', body: { visibility: 'public' } });
});

/** A pattern with ids that are there, or that never were. */
function addressOf(pattern: string): string {
  const ids: Record<string, string> = { projectId: project, imageId: image.id, sha256: image.sha256 };
  return pattern
    .replace(/:([a-zA-Z0-9]+)/g, (_, name: string) => ids[name] ?? 'job_0')
    .replace('/export', '/export?format=jsonl');
}

async function askers(): Promise<[string, Client, Record<string, string>][]> {
  const stranger = await signUp();
  return [
    ['nobody', createClient(), {}],
    ['a stranger', stranger, {}],
    ['its owner', ada, {}],
    ['a wrong token', createClient(), { authorization: 'Bearer none' }],
  ];
}

describe('the cache headers of every route', () => {
  it('are those of the table, whoever asks and whatever the answer is', async () => {
    for (const [name, client, headers] of await askers()) {
      for (const { method, path } of buildApp(AREAS).routes) {
        if (method === 'ALL' || path === '/v1/auth/sign-out' || path === '/v1/projects/:projectId') continue;
        const isRead = method === 'GET';
        if (!isRead && client === ada) continue;
        const reply = await client.send(addressOf(path), { method, headers });
        const where = `${method} ${path} for ${name}: ${reply.status}`;
        const policy = CACHE_POLICIES[isRead && reply.ok ? (GET_ROUTES[path] ?? 'never') : 'never'];
        expect(reply.headers.get('cache-control'), where).toBe(policy.cacheControl);
        expect(reply.headers.get('cdn-cache-control'), where).toBe(policy.cdnCacheControl);
        if (policy.cacheControl.startsWith('public'))
          expect(reply.headers.get('set-cookie'), where).toBeNull();
        await reply.body?.cancel();
      }
    }
  });

  it('say public only of what is the same for everybody', async () => {
    const paths = Object.keys(GET_ROUTES).filter((path) =>
      CACHE_POLICIES[GET_ROUTES[path] ?? 'never'].cacheControl.startsWith('public'),
    );
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) {
      const answers = new Set<string>();
      for (const [, client, headers] of await askers()) {
        const reply = await client.send(addressOf(path), { headers });
        answers.add(`${reply.status} ${reply.headers.get('etag')} ${(await reply.arrayBuffer()).byteLength}`);
      }
      expect(answers.size, path).toBe(1);
    }
  });
});

describe('JSON that is there already', () => {
  const paths = () => [
    `/v1/projects/${project}`,
    `/v1/projects/${project}/images`,
    '/v1/projects',
    '/v1/config',
    '/.well-known/jwks.json',
  ];

  it('is answered 304 with the headers of the 200, and without a body', async () => {
    for (const path of paths()) {
      const first = await ada.send(path);
      const etag = first.headers.get('etag') ?? '';
      expect(etag, path).toMatch(/^W\/"[A-Za-z0-9_-]{22}"$/);
      await first.body?.cancel();
      for (const header of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
        for (const method of ['GET', 'HEAD']) {
          const again = await ada.send(path, { method, headers: { 'if-none-match': header } });
          expect([again.status, await again.text()], `${path} ${header}`).toEqual([304, '']);
          for (const name of ['etag', 'cache-control', 'cdn-cache-control', 'vary']) {
            expect(again.headers.get(name), name).toBe(first.headers.get(name));
          }
          expect(again.headers.get('content-type')).toBeNull();
        }
      }
    }
  });

  it('is sent whole to whoever has another one, or says nonsense', async () => {
    for (const header of ['"other"', 'nonsense', ',,,', 'W/', '"']) {
      const reply = await ada.send(`/v1/projects/${project}`, { headers: { 'if-none-match': header } });
      expect([reply.status, (await reply.json<{ id: string }>()).id]).toEqual([200, project]);
    }
  });

  it('has another tag once it is changed', async () => {
    const path = `/v1/projects/${project}`;
    const before = (await ada.call(path)).headers.get('etag') ?? '';
    await ada.call(path, { method: 'PATCH', body: { description: 'Changed.' } });
    const after = await ada.call(path, { headers: { 'if-none-match': before } });
    expect(after).toMatchObject({ status: 200, body: { description: 'Changed.' } });
    expect(after.headers.get('etag')).not.toBe(before);
  });

  it('is not told apart for a refusal', async () => {
    const headers = { 'if-none-match': '*' };
    expect((await createClient().send(`/v1/projects/${project}`, { headers })).status).toBe(401);
  });

  it('answers HEAD with the headers of GET', async () => {
    const path = `/v1/projects/${project}`;
    const [got, head] = [await ada.call(path), await ada.send(path, { method: 'HEAD' })];
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('etag')).toBe(got.headers.get('etag'));
    expect(head.headers.get('cache-control')).toBe('private, no-cache');
  });
});
