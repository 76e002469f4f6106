import { describe, expect, inject, it } from 'vitest';
import { createProject, signUp } from '../helpers/client.ts';
import {
  addMember,
  createJob,
  importImages,
  type Item,
  progressOf,
  query,
  startUndelivered,
} from '../helpers/crawl.ts';

const host = inject('stores').imageHostUrl;

const NEW_JOB = { kind: 'urls', urls: ['https://example.org/'] };

describe('who may do what with a job', () => {
  it('lets a viewer watch, and neither make, start nor delete', async () => {
    const [ada, vic] = [await signUp(), await signUp()];
    const project = await createProject(ada);
    await addMember(project, vic, 'viewer');
    const job = await createJob(ada, project, ['/image/viewer.jpg']);
    for (const path of [
      `/v1/jobs/${job}`,
      `/v1/jobs/${job}/progress`,
      `/v1/jobs/${job}/items`,
      `/v1/projects/${project}/jobs`,
    ]) {
      expect((await vic.call(path)).status).toBe(200);
    }
    const refused = [
      await vic.call(`/v1/projects/${project}/jobs`, { body: NEW_JOB }),
      await vic.call(`/v1/jobs/${job}/start`, { method: 'POST' }),
      await vic.call(`/v1/jobs/${job}`, { method: 'DELETE' }),
    ];
    expect(refused.map(({ status, body }) => [status, body['code']])).toEqual(
      Array.from({ length: 3 }, () => [403, 'forbidden']),
    );
    expect((await progressOf(ada, job)).status).toBe('draft');
  });

  it('hides a job from strangers behind every verb', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const project = await createProject(ada);
    const job = await createJob(ada, project, ['/image/hidden.jpg']);
    const replies = [
      await eve.call(`/v1/jobs/${job}`),
      await eve.call(`/v1/jobs/${job}/progress`),
      await eve.call(`/v1/jobs/${job}/items`),
      await eve.call(`/v1/jobs/${job}/start`, { method: 'POST' }),
      await eve.call(`/v1/jobs/${job}`, { method: 'DELETE' }),
      await eve.call(`/v1/projects/${project}/jobs`),
      await eve.call(`/v1/projects/${project}/jobs`, { body: NEW_JOB }),
    ];
    expect(replies.map(({ status }) => status)).toEqual(Array(7).fill(404));
    expect((await progressOf(ada, job)).status).toBe('draft');
  });
});

describe('the states of a job', () => {
  it('starts once, however often it is asked to', async () => {
    const ada = await signUp();
    const job = await createJob(ada, await createProject(ada), ['/image/twice.jpg']);
    await startUndelivered(job);
    const [before] = await query('select * from crawl_jobs where id = $1', [job]);
    const again = await ada.call(`/v1/jobs/${job}/start`, { method: 'POST' });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ id: job, status: 'queued' });
    expect(await query('select * from crawl_jobs where id = $1', [job])).toEqual([before]);
    expect(await query(`select 1 from outbox where payload->>'jobId' = $1`, [job])).toEqual([]);
  });

  it('does not start again when it has ended', async () => {
    const ada = await signUp();
    const job = await importImages(ada, await createProject(ada), ['/image/ended.jpg']);
    const again = await ada.call(`/v1/jobs/${job}/start`, { method: 'POST' });
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ code: 'illegal_state', state: 'completed' });
  });

  it.each(['queued', 'running'])('is not deleted while %s', async (state) => {
    const ada = await signUp();
    const job = await createJob(ada, await createProject(ada), ['/image/busy.jpg']);
    await query('update crawl_jobs set status = $2, epoch = 1 where id = $1', [job, state]);
    const refused = await ada.call(`/v1/jobs/${job}`, { method: 'DELETE' });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'illegal_state', state });
    expect((await ada.call(`/v1/jobs/${job}`)).status).toBe(200);
  });

  it('leaves its images behind when it is deleted', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const job = await importImages(ada, project, ['/image/kept.jpg']);
    expect((await ada.call(`/v1/jobs/${job}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ada.call(`/v1/jobs/${job}`)).status).toBe(404);
    const images = await ada.call<{ data: { jobId: string | null }[] }>(`/v1/projects/${project}/images`);
    expect(images.body.data.map(({ jobId }) => jobId)).toEqual([null]);
    expect((await ada.call(`/v1/projects/${project}`)).body['imageCount']).toBe(1);
  });
});

describe('lists of jobs and items', () => {
  it('page through the items of one status in the order they were given', async () => {
    const ada = await signUp();
    const paths = [1, 2, 3, 4, 5].map((n) => `/image/page-${n}.jpg`);
    const job = await importImages(ada, await createProject(ada), ['/status/404', ...paths, '/status/410']);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await ada.call<{ data: Item[]; nextCursor: string | null }>(
        `/v1/jobs/${job}/items?status=stored&limit=2${cursor}`,
      );
      expect(body.data.length).toBeLessThanOrEqual(2);
      seen.push(...body.data.map(({ url }) => url.replace(host, '')));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor);
    expect(seen).toEqual(paths);
    const failed = await ada.call<{ data: Item[] }>(`/v1/jobs/${job}/items?status=failed`);
    expect(failed.body.data.map(({ id }) => id)).toEqual(['0', '6']);
    expect((await ada.call(`/v1/jobs/${job}/items?status=lost`)).status).toBe(400);
    expect((await ada.call(`/v1/jobs/${job}/items?cursor=djE6YWJj`)).status).toBe(400);
  });

  it('page through the jobs of a project, newest first', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const made = [];
    for (let n = 0; n < 3; n++) made.unshift(await createJob(ada, project, [`/image/list-${n}.jpg`]));
    type Page = { data: { id: string }[]; nextCursor: string };
    const first = await ada.call<Page>(`/v1/projects/${project}/jobs?limit=2`);
    const rest = await ada.call<Page>(`/v1/projects/${project}/jobs?limit=2&cursor=${first.body.nextCursor}`);
    expect([...first.body.data, ...rest.body.data].map(({ id }) => id).sort()).toEqual(made.toSorted());
    expect(first.body.data.map(({ id }) => id)).toEqual(made.toSorted().reverse().slice(0, 2));
    expect(rest.body.nextCursor).toBeNull();
  });
});
