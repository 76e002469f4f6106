import { describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/id.ts';
import { type Call, type Client, createClient, createProject, signUp } from '../helpers/client.ts';
import { addMember, countRows } from '../helpers/sql.ts';

interface Page {
  data: { id: string; name: string; role: string }[];
  nextCursor: string | null;
}

/** Every verb of a project, and the smallest role that may use it. */
const VERBS: (Pick<Call, 'body' | 'headers'> & {
  name: string;
  method: string;
  path: string;
  raw?: string;
  ok: number;
  needs: string;
})[] = [
  { name: 'read', method: 'GET', path: '', ok: 200, needs: 'viewer' },
  { name: 'list the members of', method: 'GET', path: '/members', ok: 200, needs: 'viewer' },
  { name: 'list the jobs of', method: 'GET', path: '/jobs', ok: 200, needs: 'viewer' },
  { name: 'list the images of', method: 'GET', path: '/images', ok: 200, needs: 'viewer' },
  { name: 'export', method: 'GET', path: '/export?format=jsonl', ok: 200, needs: 'viewer' },
  { name: 'change', method: 'PATCH', path: '', body: { name: 'Changed' }, ok: 200, needs: 'editor' },
  {
    name: 'import into',
    method: 'POST',
    path: '/jobs',
    body: { kind: 'urls', urls: ['http://a.test/x.jpg'] },
    ok: 201,
    needs: 'editor',
  },
  {
    name: 'send a file to',
    method: 'POST',
    path: '/images',
    raw: 'no image',
    headers: { 'content-type': 'image/png' },
    ok: 422,
    needs: 'editor',
  },
  {
    name: 'publish',
    method: 'PATCH',
    path: '',
    body: { name: 'Changed', visibility: 'public' },
    ok: 200,
    needs: 'owner',
  },
  { name: 'delete', method: 'DELETE', path: '', ok: 204, needs: 'owner' },
];
const ROLES = ['viewer', 'reviewer', 'editor', 'owner'];

async function use(client: Client, project: string, verb: (typeof VERBS)[number]): Promise<Response> {
  const { method, path, body, raw, headers } = verb;
  const response = await client.send(`/v1/projects/${project}${path}`, {
    method,
    body,
    ...(raw && { raw }),
    ...(headers && { headers }),
  });
  await response.clone().arrayBuffer();
  return response;
}

async function walk(client: Client, path: string, limit: number): Promise<Page['data'][]> {
  const pages: Page['data'][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = `?limit=${limit}${cursor && `&cursor=${cursor}`}`;
    const { status, body } = await client.call<Page>(path + query);
    expect(status).toBe(200);
    pages.push(body.data);
    cursor = body.nextCursor;
  }
  return pages;
}

describe('projects', () => {
  it('are made, read, changed, listed and deleted by their owner', async () => {
    const ada = await signUp();
    const made = await ada.call('/v1/projects', { body: { name: '  Birds ', description: 'wings' } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'Birds', description: 'wings', role: 'owner', imageCount: 0 });
    const path = made.headers.get('location') ?? '';
    expect((await ada.call(path)).body).toEqual(made.body);

    const renamed = await ada.call(path, { method: 'PATCH', body: { name: 'Owls' } });
    expect(renamed).toMatchObject({ status: 200, body: { name: 'Owls', description: 'wings' } });
    const described = await ada.call(path, { method: 'PATCH', body: { description: '' } });
    expect(described.body).toMatchObject({ name: 'Owls', description: '' });
    expect((await ada.call('/v1/projects')).body).toEqual({ data: [described.body], nextCursor: null });

    expect((await ada.call(path, { method: 'DELETE' })).status).toBe(204);
    expect((await ada.call(path)).status).toBe(404);
    expect((await ada.call(path, { method: 'DELETE' })).status).toBe(404);
    expect((await ada.call('/v1/projects')).body).toEqual({ data: [], nextCursor: null });
  });

  it('are listed page by page, newest first, without gap or repeat, also while new ones are made', async () => {
    const ada = await signUp();
    const ids: string[] = [];
    for (let count = 0; count < 7; count++) ids.unshift(await createProject(ada, `Project ${count}`));
    const pages = await walk(ada, '/v1/projects', 3);
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([
      ids.slice(0, 3),
      ids.slice(3, 6),
      ids.slice(6),
    ]);
    const first = (await ada.call<Page>('/v1/projects?limit=3')).body;
    await createProject(ada, 'Made between two pages');
    const second = (await ada.call<Page>(`/v1/projects?limit=3&cursor=${first.nextCursor}`)).body;
    expect(second.data.map(({ id }) => id)).toEqual(ids.slice(3, 6));
    expect(await walk(ada, '/v1/projects', 8)).toHaveLength(1);
  });

  it('show their members to their members, page by page', async () => {
    const [ada, ben, eve] = [await signUp('Ada'), await signUp('Ben'), await signUp('Eve')];
    const project = await createProject(ada);
    await addMember(project, ben.userId, 'reviewer');
    await addMember(await createProject(eve), ben.userId, 'viewer');
    const members = (await walk(ben, `/v1/projects/${project}/members`, 1)).flat();
    expect(members).toMatchObject(
      [
        { userId: ada.userId, name: 'Ada', email: ada.email, role: 'owner' },
        { userId: ben.userId, name: 'Ben', email: ben.email, role: 'reviewer' },
      ].sort((a, b) => (a.userId < b.userId ? -1 : 1)),
    );
  });
});

describe.each(ROLES)('a %s', (role) => {
  it('may do what the role allows and nothing else, with the same answer each time', async () => {
    const [ada, ben] = [await signUp(), await signUp()];
    const project = await createProject(ada, 'Before');
    await addMember(project, ben.userId, role);
    for (const verb of VERBS) {
      const isAllowed = ROLES.indexOf(role) >= ROLES.indexOf(verb.needs);
      const response = await use(ben, project, verb);
      expect([verb.name, response.status]).toEqual([verb.name, isAllowed ? verb.ok : 403]);
      if (!isAllowed) expect(await response.json()).toMatchObject({ code: 'forbidden' });
    }
    const isLeft = await countRows('projects', 'id = $1 and name = $2 and deleted_at is null', [
      project,
      'Before',
    ]);
    const isEditor = ROLES.indexOf(role) >= ROLES.indexOf('editor');
    expect(isLeft).toBe(isEditor ? 0 : 1);
    expect(await countRows('crawl_jobs', 'project_id = $1', [project])).toBe(isEditor ? 1 : 0);
  });
});

describe.each(VERBS)('to $name a project', (verb) => {
  it('is not possible for a stranger, who cannot tell it from one that never was', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const project = await createProject(ada, 'Before');
    const answers = [];
    for (const id of [project, newId('prj')]) {
      const response = await use(eve, id, verb);
      expect(response.status).toBe(404);
      const { requestId: _, instance: __, ...body } = await response.json<Record<string, unknown>>();
      answers.push(body);
    }
    expect(answers[0]).toMatchObject({ code: 'not_found' });
    expect(answers[1]).toEqual(answers[0]);
    expect(await countRows('projects', 'id = $1 and name = $2', [project, 'Before'])).toBe(1);
    expect(await countRows('activity_logs', 'actor_id = $1 and project_id = $2', [eve.userId, project])).toBe(
      0,
    );
  });

  it('needs a session', async () => {
    const project = await createProject(await signUp());
    expect((await use(createClient(), project, verb)).status).toBe(401);
  });

  it('needs an id of the right form', async () => {
    const ada = await signUp();
    for (const id of ['prj_1', newId('job'), 'prj_%00', `${newId('prj')}x`, '%F0%9F%93%B7', '..%2f']) {
      const response = await use(ada, id, verb);
      expect(await response.json()).toMatchObject({
        code: 'invalid_request',
        errors: [{ path: 'path.projectId', message: 'is not an id of the form prj_…' }],
      });
    }
  });
});

describe('a malformed request', () => {
  it.each([
    ['limit=0', 'query.limit'],
    ['limit=201', 'query.limit'],
    ['limit=1.5', 'query.limit'],
    ['limit=ten', 'query.limit'],
    ['limit=', 'query.limit'],
    ['limit=1&limit=2', 'query.limit'],
    ['cursor=nonsense', 'query.cursor'],
    ['cursor=', 'query.cursor'],
    ['cursor=djE6am9iXzAwMA', 'query.cursor'],
    ['cursor=%00', 'query.cursor'],
  ])('to a list is refused by name: %s', async (query, path) => {
    const ada = await signUp();
    const reply = await ada.call(`/v1/projects?${query}`);
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path }] } });
  });

  it.each([
    ['body.name', '{"name":""}'],
    ['body.name', '{"name":"   "}'],
    ['body.name', '{"name":7}'],
    ['body.name', '{}'],
    ['body.name', `{"name":"${'x'.repeat(101)}"}`],
    ['body.name', '{"name":"a\\u0000b"}'],
    ['body.name', '{"name":"a\\ud800b"}'],
    ['body.name', '{"name":"\\udc00"}'],
    ['body.description', `{"name":"x","description":"${'x'.repeat(2001)}"}`],
    ['body.description', '{"name":"x","description":"\\u0000"}'],
    ['body.description', '{"name":"x","description":"\\ud83d"}'],
    ['body.description', '{"name":"x","description":null}'],
    ['body', '{"name":"x","role":"owner"}'],
    ['body', '[]'],
    ['body', 'null'],
  ])('to make or change one is refused naming %s, and changes nothing: %s', async (path, raw) => {
    const ada = await signUp();
    const project = await createProject(ada, 'Before');
    const headers = { 'content-type': 'application/json' };
    const made = await ada.call('/v1/projects', { raw, headers });
    expect(made).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    const changed = await ada.call(`/v1/projects/${project}`, { method: 'PATCH', raw, headers });
    expect(changed).toMatchObject({
      status: 400,
      body: { errors: [{ path: raw === '{}' ? 'body' : path }] },
    });
    expect((await ada.call<Page>('/v1/projects')).body.data).toMatchObject([{ id: project, name: 'Before' }]);
  });

  it('is not what people write in their own languages', async () => {
    const ada = await signUp();
    const name = 'Vögel 鳥 🦉 \u200f طيور';
    const reply = await ada.call<{ name: string }>('/v1/projects', {
      body: { name, description: 'one\n\ttwo' },
    });
    expect(reply).toMatchObject({ status: 201, body: { name, description: 'one\n\ttwo' } });
  });
});
