import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { add, client, draft, one, setCrawlStage, statusOf, take, urlsOf } from './crawl-stage.ts';

setCrawlStage();

describe('adding URLs', () => {
  beforeAll(async () => {
    await client.query(`insert into profiles (id, email, name) values ('usr_editor', 'editor@test.example', 'Editor');
      insert into project_members (project_id, user_id, role) values ('prj_a', 'usr_editor', 'editor')`);
  });

  /** As a request does it: in the application's role, under the policies, and no statement longer than 10 s. */
  async function addAsEditor(job: string, urls: string[]): Promise<number> {
    await client.query(`begin; set local role darkroom_app; select app.enter('usr_editor', 'req_test');
      select app.enter_project('prj_a', 'editor')`);
    try {
      return await add(job, urls);
    } finally {
      await client.query('commit');
    }
  }

  it.each([
    ['before the planner knows of any', false],
    ['when it knows of other jobs only', true],
  ])('looks each one up in a large job, %s', async (_, hasStatistics) => {
    if (hasStatistics) await client.query('analyze crawl_items');
    const job = await draft([]);
    const urls = urlsOf('large.example', 25_000);
    const added: number[] = [];
    for (const from of [0, 10_000, 15_000]) {
      added.push(await addAsEditor(job, urls.slice(from, from + 10_000)));
    }
    expect(added).toEqual([10_000, 10_000, 5_000]);
    expect(await one('select total from crawl_jobs where id = $1', [job])).toBe(25_000);
  });
});

describe('looking for URLs', () => {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const sourcesOf = (...urls: string[]) =>
    JSON.stringify(urls.map((url) => ({ kind: 'sitemap', url, hash: hash(url), depth: 0 })));

  async function planning(...urls: string[]): Promise<string> {
    const job = await draft([]);
    await client.query(`update crawl_jobs set kind = 'sitemap' where id = $1`, [job]);
    await client.query('select app.add_sources($1, 0, $2)', [job, sourcesOf(...urls)]);
    await client.query('select app.start_job($1)', [job]);
    return job;
  }

  const takeSources = (job: string) =>
    one<{ sources: number[]; nextDueAt: number | null }>('select app.take_sources($1, 1, 10)', [job]);
  const finish = (job: string, source: number, outcome: object, retryAfter: number | null = null) =>
    one('select app.finish_source($1, 1, $2, $3, $4)', [job, source, JSON.stringify(outcome), retryAfter]);
  const addUrl = (job: string, url: string) =>
    one('select app.add_items($1, 1, $2)', [job, JSON.stringify([{ url, hash: hash(url) }])]);

  it('goes over to the URLs when the last page or sitemap is done, and knows each once', async () => {
    const job = await planning('https://a.example/1.xml');
    expect((await takeSources(job)).sources).toEqual([0]);
    expect((await takeSources(job)).sources).toEqual([]);
    const more = sourcesOf('https://a.example/1.xml', 'https://a.example/2.xml');
    expect(await one('select app.add_sources($1, 1, $2)', [job, more])).toBe(1);
    expect(await addUrl(job, 'https://a.example/1.jpg')).toBe(1);
    await finish(job, 0, { status: 'done', found: 1 });
    expect(await statusOf(job)).toBe('planning');
    expect((await takeSources(job)).sources).toEqual([1]);
    await finish(job, 1, { status: 'failed', reason: 'http_4xx' });
    expect(await statusOf(job)).toBe('queued');
    expect((await take(job, 1)).chunks).toHaveLength(1);
  });

  it('fails the job when nothing was found, with the first reason', async () => {
    const job = await planning('https://a.example/empty.xml');
    await takeSources(job);
    await finish(job, 0, { status: 'blocked', reason: 'robots' });
    expect(await one(`select status || ' ' || failure from crawl_jobs where id = $1`, [job])).toBe(
      'failed robots',
    );
  });

  it('waits for another try, and does not count a turn that was waited for', async () => {
    const job = await planning('https://a.example/later.xml');
    await takeSources(job);
    await finish(job, 0, { status: 'waiting' }, 3_600);
    const state = () =>
      one(`select status || ' ' || attempts from job_sources where job_id = $1 and not_before > now()`, [
        job,
      ]);
    expect(await state()).toBe('pending 0');
    expect(await takeSources(job)).toMatchObject({ sources: [], nextDueAt: expect.any(Number) });
    expect(await statusOf(job)).toBe('planning');
  });

  it('counts how often in a row a turn was waited for', async () => {
    const job = await planning('https://a.example/slow.xml');
    const waits = () => one('select waits from job_sources where job_id = $1', [job]);
    const seen: unknown[] = [];
    for (const outcome of ['waiting', 'waiting', 'failed', 'waiting']) {
      await client.query('update job_sources set not_before = now() where job_id = $1', [job]);
      await takeSources(job);
      await finish(job, 0, { status: outcome }, 1);
      seen.push(await waits());
    }
    expect(seen).toEqual([1, 2, 0, 1]);
  });

  it('is not continued by what comes late', async () => {
    const job = await planning('https://a.example/stopped.xml');
    await takeSources(job);
    await client.query('select app.stop_job($1)', [job]);
    await expect(addUrl(job, 'https://a.example/late.jpg')).rejects.toThrow('illegal_state');
    expect(await finish(job, 0, { status: 'done' })).toBe(false);
    expect(await one('select app.end_stop($1, 1)', [job])).toBe(true);
  });
});
