import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { purgeBin } from '../../src/cron/purge-bin.ts';
import { openScope } from '../../src/resilience/call-scope.ts';
import { createServices } from '../../src/services.ts';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import { addMember, countRows, sqlAsSuperuser } from '../helpers/sql.ts';
import { imageCountOf, picture, upload } from '../helpers/uploads.ts';

interface Listed {
  data: { id: string; deletedAt: string | null; thumbnail: { url: string } | null; url: string }[];
  nextCursor: string | null;
}

let ada: Person;
let ben: Person;

beforeAll(async () => {
  [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
});

async function projectWith(count: number): Promise<{ project: string; images: string[] }> {
  const project = await createProject(ada);
  await addMember(project, ben.userId, 'reviewer');
  const images: string[] = [];
  for (let nth = 0; nth < count; nth++) images.push((await upload(ada, project, await picture())).body.id);
  return { project, images };
}
const idsOf = ({ data }: Listed) => data.map(({ id }) => id);
const bin = async (project: string, query = '') =>
  (await ada.call<Listed>(`/v1/projects/${project}/bin${query}`)).body;
const list = async (project: string) =>
  idsOf((await ada.call<Listed>(`/v1/projects/${project}/images`)).body);
const change = async (project: string, verb: 'delete' | 'restore', ids: string[], who = ada) =>
  await who.call(`/v1/projects/${project}/images/${verb}`, { body: { ids } });

describe('an image in the bin', () => {
  it('is out of the project, shown to those who list the bin, and comes back with all that was known', async () => {
    const { project, images } = await projectWith(2);
    const [one = '', two = ''] = images;
    await ada.call(`/v1/images/${one}`, {
      method: 'PATCH',
      body: { revision: 0, label: 'cat', tags: ['x'] },
    });
    const before = (await ada.call(`/v1/images/${one}`)).body;
    expect((await ada.call(`/v1/images/${one}`, { method: 'DELETE' })).status).toBe(204);
    expect([await list(project), await imageCountOf(ada, project)]).toEqual([[two], 1]);
    expect((await ada.send(`/v1/images/${one}`)).status).toBe(404);
    expect((await ada.send(String(before['url']))).status).toBe(404);

    const { data } = await bin(project);
    expect(data).toMatchObject([{ id: one, deletedAt: expect.any(String), label: 'cat' }]);
    expect((await ada.send(data[0]?.thumbnail?.url ?? '')).status).toBe(200);
    expect((await ada.send((data[0]?.url ?? '').replace('&bin=1', ''))).status).toBe(403);

    expect((await change(project, 'restore', [one])).body).toEqual({ changed: 1, conflicts: [] });
    expect([(await list(project)).sort(), await imageCountOf(ada, project)]).toEqual([images.sort(), 2]);
    expect((await ada.call(`/v1/images/${one}`)).body).toEqual(before);
    expect(idsOf(await bin(project))).toEqual([]);
    expect((await ada.send(data[0]?.url ?? '')).status).toBe(404);
    expect((await ada.send(String(before['url']))).status).toBe(200);
  });

  it('is listed by its deletion, page by page, and many go and come together', async () => {
    const { project, images } = await projectWith(4);
    const [one = '', two = '', three = '', four = ''] = images;
    await change(project, 'delete', [three]);
    expect((await change(project, 'delete', [one, four, three])).body).toEqual({ changed: 2 });
    expect(await imageCountOf(ada, project)).toBe(1);
    const first = await bin(project, '?limit=2');
    const second = await bin(project, `?limit=2&cursor=${first.nextCursor}`);
    expect([idsOf(first), idsOf(second), second.nextCursor]).toEqual([[four, one], [three], null]);
    expect((await change(project, 'restore', [one, two, three, four])).body).toMatchObject({ changed: 3 });
    expect(await imageCountOf(ada, project)).toBe(4);
  });

  it('stays there when the same content is in the project again', async () => {
    const project = await createProject(ada);
    const bytes = await picture();
    const old = (await upload(ada, project, bytes)).body.id;
    await change(project, 'delete', [old]);
    await upload(ada, project, bytes);
    expect((await change(project, 'restore', [old])).body).toEqual({ changed: 0, conflicts: [old] });
    expect([idsOf(await bin(project)), await imageCountOf(ada, project)]).toEqual([[old], 1]);
  });

  it('goes after 30 days', async () => {
    const { project, images } = await projectWith(2);
    await change(project, 'delete', images);
    const [old = '', young = ''] = images;
    await sqlAsSuperuser(`update images set deleted_at = now() - interval '30 days 1 minute' where id = $1`, [
      old,
    ]);
    await sqlAsSuperuser(`update images set deleted_at = now() - interval '29 days' where id = $1`, [young]);
    await purgeBin(servicesOf());
    expect(idsOf(await bin(project))).toEqual([young]);
    expect(await countRows('image_sources', 'image_id = $1', [old])).toBe(0);
  });

  it('is the business of editors; a reviewer may look', async () => {
    const { project, images } = await projectWith(1);
    const eve = await signUp();
    for (const verb of ['delete', 'restore'] as const) {
      expect((await change(project, verb, images, ben)).status).toBe(403);
      expect((await change(project, verb, images, eve)).status).toBe(404);
      expect((await change(project, verb, ['nonsense'])).status).toBe(400);
      expect((await change(project, verb, [])).status).toBe(400);
    }
    expect((await ben.send(`/v1/projects/${project}/bin`)).status).toBe(200);
    expect((await eve.send(`/v1/projects/${project}/bin`)).status).toBe(404);
    expect((await ada.send(`/v1/projects/${project}/bin?cursor=djE6eA`)).status).toBe(400);
  });

  it('of another project is not touched', async () => {
    const [mine, other] = [await projectWith(1), await projectWith(1)];
    expect((await change(mine.project, 'delete', other.images)).body).toEqual({ changed: 0 });
    expect(await list(other.project)).toEqual(other.images);
  });
});

describe('a project in the bin', () => {
  it('is as if it were not there, and comes back whole', async () => {
    const { project, images } = await projectWith(1);
    await ada.call(`/v1/projects/${project}`, { method: 'PATCH', body: { visibility: 'public' } });
    expect((await ada.call(`/v1/projects/${project}`, { method: 'DELETE' })).status).toBe(204);
    for (const who of [ada, ben]) {
      expect((await who.send(`/v1/projects/${project}`)).status).toBe(404);
      expect((await who.send(`/v1/projects/${project}/images`)).status).toBe(404);
      expect((await who.send(`/v1/images/${images[0]}`)).status).toBe(404);
    }
    expect((await ada.send(`/p/${project}/${images[0]}`)).status).toBe(404);
    const listed = await ada.call<Listed>('/v1/bin');
    expect(listed.body.data).toMatchObject([{ id: project, role: 'owner', deletedAt: expect.any(String) }]);
    expect(idsOf((await ben.call<Listed>('/v1/bin')).body)).toEqual([]);
    expect((await ben.send(`/v1/projects/${project}/restore`, { method: 'POST' })).status).toBe(403);
    expect((await (await signUp()).send(`/v1/projects/${project}/restore`, { method: 'POST' })).status).toBe(
      404,
    );

    const restored = await ada.call(`/v1/projects/${project}/restore`, { method: 'POST' });
    expect(restored.body).toMatchObject({ id: project, role: 'owner', imageCount: 1, deletedAt: null });
    expect(await list(project)).toEqual(images);
    expect((await ben.send(`/v1/projects/${project}`)).status).toBe(200);
    expect((await ada.send(`/v1/projects/${project}/restore`, { method: 'POST' })).status).toBe(404);
  });

  it('has its imports stopped', async () => {
    const { project } = await projectWith(0);
    const job = await ada.call<{ id: string }>(`/v1/projects/${project}/jobs`, {
      body: { kind: 'urls', urls: ['https://a.example/1.jpg'] },
    });
    await sqlAsSuperuser(`update crawl_jobs set status = 'running', epoch = 1 where id = $1`, [job.body.id]);
    await ada.call(`/v1/projects/${project}`, { method: 'DELETE' });
    expect(
      await countRows('crawl_jobs', `id = $1 and status in ('stopping', 'stopped')`, [job.body.id]),
    ).toBe(1);
    expect(
      await countRows('outbox', `topic = 'jobs.stopping' and payload::text like '%' || $1 || '%'`, [
        job.body.id,
      ]),
    ).toBe(1);
  });

  it('goes after 30 days, images first', async () => {
    const { project, images } = await projectWith(1);
    await ada.call(`/v1/projects/${project}`, { method: 'DELETE' });
    await sqlAsSuperuser(`update projects set deleted_at = now() - interval '31 days' where id = $1`, [
      project,
    ]);
    await purgeBin(servicesOf());
    expect(await countRows('images', 'id = $1', [images[0]])).toBe(0);
    await purgeBin(servicesOf());
    expect(await countRows('projects', 'id = $1', [project])).toBe(0);
  });
});

function servicesOf() {
  const result = configOf(env);
  if (!result.ok) throw new Error('not configured');
  return createServices(result.config, openScope('test'));
}
