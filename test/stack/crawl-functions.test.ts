import { describe, expect, it } from 'vitest';
import {
  add,
  client,
  column,
  draft,
  one,
  record,
  recordAll,
  setCrawlStage,
  started,
  statusOf,
  stored,
  take,
  totalsOf,
  urlsOf,
} from './crawl-stage.ts';

setCrawlStage();

describe('planning', () => {
  it('gives a large host chunks of ten of its own and lets small ones share chunks of twenty', async () => {
    const small = Array.from({ length: 9 }, (_, host) => urlsOf(`small-${host}.example`, 5)).flat();
    const job = await draft([...urlsOf('large.example', 25), ...small]);
    const chunks = await column<{ lane: string; sizes: number[] }>(
      `select jsonb_build_object('lane', lane, 'sizes', jsonb_agg(size order by chunk)) from job_chunks
       where job_id = $1 group by lane order by lane`,
      [job],
    );
    expect(chunks).toEqual([
      { lane: '', sizes: [20, 20, 5] },
      { lane: 'https://large.example', sizes: [10, 10, 5] },
    ]);
    expect(
      await one(
        `select max(n)::integer from (select count(*) n from crawl_items i join job_chunks c using (job_id, chunk)
         where job_id = $1 and c.lane = '' group by chunk, app.origin_of(url)) x`,
        [job],
      ),
    ).toBe(3);
  });

  it('goes round the hosts', async () => {
    const job = await draft([
      ...urlsOf('a.example', 20),
      ...urlsOf('b.example', 20),
      ...urlsOf('c.example', 20),
    ]);
    const lanes = await column<string>('select lane from job_chunks where job_id = $1 order by chunk', [job]);
    const round = ['https://a.example', 'https://b.example', 'https://c.example'];
    expect(lanes).toEqual([...round, ...round]);
  });

  it('counts an address once, also when it comes in another call', async () => {
    const job = await draft(['https://a.example/1', 'https://a.example/2', 'https://a.example/1']);
    expect(await add(job, ['https://a.example/2', 'https://a.example/3'])).toBe(1);
    expect(await add(job, ['https://a.example/2'])).toBe(0);
    expect(await column('select position from crawl_items where job_id = $1 order by 1', [job])).toEqual([
      0, 1, 2,
    ]);
    expect(await totalsOf(job)).toMatchObject({ pending: 3 });
    expect(await one('select total from crawl_jobs where id = $1', [job])).toBe(3);
  });

  it('is over when the job has started', async () => {
    const job = await started(['https://a.example/1']);
    await expect(add(job, ['https://a.example/2'])).rejects.toThrow('illegal_state');
  });
});

describe('handing out', () => {
  it('takes a lane no further than its limit and goes on with the others', async () => {
    const job = await started([...urlsOf('a.example', 100), ...urlsOf('b.example', 30)]);
    const first = await take(job, 10);
    expect(first.chunks.map(({ lane }) => lane).toSorted()).toEqual([
      'https://a.example',
      'https://a.example',
      'https://b.example',
      'https://b.example',
    ]);
    expect(await statusOf(job)).toBe('running');
    const busy = { 'https://a.example': 2, 'https://b.example': 1 };
    const second = await take(job, 10, busy, first.lane);
    expect(second.chunks.map(({ lane }) => lane)).toEqual(['https://b.example']);
    expect((await take(job, 10, { ...busy, 'https://b.example': 2 })).chunks).toEqual([]);
  });

  it('goes on where the last call ended, so that no host waits for ever', async () => {
    const hosts = Array.from({ length: 7 }, (_, host) => `h${host}.example`);
    const job = await started(hosts.flatMap((host) => urlsOf(host, 60)));
    const seen: string[] = [];
    let lane = '';
    for (let call = 0; call < 7; call++) {
      const taken = await take(job, 2, {}, lane);
      lane = taken.lane;
      seen.push(...taken.chunks.map((chunk) => chunk.lane));
    }
    expect(new Set(seen).size).toBe(7);
  });

  it('says where to go on when it has looked at as many lanes as it may', async () => {
    const job = await started([...urlsOf('a.example', 6), ...urlsOf('z.example', 6)]);
    await client.query(
      `insert into job_chunks (job_id, chunk, project_id, lane, not_before, size)
       select $1, 1000 + n, 'prj_a', 'https://m-' || lpad(n::text, 4, '0') || '.example', now() + interval '1 hour', 1
       from generate_series(1, 700) n`,
      [job],
    );
    const first = await take(job, 5);
    expect(first).toMatchObject({ more: true, hasWrapped: false, lane: 'https://m-0499.example' });
    expect(first.chunks.map(({ lane }) => lane)).toEqual(['https://a.example']);
    const second = await take(job, 5, {}, first.lane);
    expect(second.chunks.map(({ lane }) => lane)).toEqual(['https://z.example']);
    expect(second).toMatchObject({ more: true, hasWrapped: true });
    // A call that has room for no more, or has been round all of them, has nothing to go on with.
    await client.query(`update job_chunks set not_before = now() where job_id = $1`, [job]);
    expect(await take(job, 5)).toMatchObject({ more: false });
    const few = await started(urlsOf('a.example', 6));
    expect(await take(few, 5, {}, 'https://b.example')).toMatchObject({ more: false, hasWrapped: true });
  });

  it('gives nothing of an earlier run', async () => {
    const job = await started(urlsOf('a.example', 3));
    expect(await take(job, 1, {}, '', 2)).toMatchObject({ chunks: [] });
  });

  it('gives everything back that was handed out when its coordinator has lost it', async () => {
    const job = await started(urlsOf('a.example', 12));
    expect((await take(job, 5)).chunks).toHaveLength(2);
    expect(await one(`select app.reset_run($1, 1, '{}')`, [job])).toBe('running');
    expect((await take(job, 5)).chunks).toHaveLength(2);
    // Of those it has not lost it keeps.
    expect(await one(`select app.reset_run($1, 1, '{1}')`, [job])).toBe('running');
    expect((await take(job, 5)).chunks.map(({ chunk }) => chunk)).toEqual([0]);
    expect(await one(`select app.reset_run($1, 2, '{}')`, [job])).toBeNull();
  });
});

describe('recording', () => {
  it('writes a result once, and ends the job with the last', async () => {
    const job = await started(urlsOf('a.example', 3));
    const [chunk] = (await take(job, 1)).chunks;
    expect(chunk?.items.map(({ position }) => position)).toEqual([0, 1, 2]);
    const results = [stored(0, 'x'), stored(1, 'x'), { position: 2, status: 'failed', reason: 'http_4xx' }];
    expect(await record(job, 0, results.slice(0, 1), false)).toMatchObject({ written: 1, status: 'running' });
    expect(await record(job, 0, results, true)).toMatchObject({
      written: 2,
      status: 'completed_with_errors',
    });
    expect(await record(job, 0, results, true)).toMatchObject({ written: 0 });
    expect(await totalsOf(job)).toMatchObject({ pending: 0, stored: 1, duplicate_exact: 1, failed: 1 });
    expect(await one('select status from job_chunks where job_id = $1', [job])).toBe('done');
  });

  it('takes results of several chunks together, and closes those that are said to be over', async () => {
    const job = await started([...urlsOf('one.example', 10), ...urlsOf('two.example', 10)]);
    const { chunks } = await take(job, 10);
    const [first, second] = chunks;
    if (!first || !second) throw new Error('two chunks');
    const failed = ({ items }: typeof first) =>
      items.map(({ position }) => ({ position, status: 'failed', reason: 'timeout' }));
    const results = [...failed(first), ...failed(second).slice(0, 4)];
    const recorded = await recordAll(job, [second.chunk, first.chunk], results, [first.chunk, second.chunk]);
    expect(recorded).toEqual({
      status: 'running',
      chunks: [
        { chunk: second.chunk, written: 4, dueAt: null },
        { chunk: first.chunk, written: 10, dueAt: null },
      ],
    });
    const open = await column<number>(`select chunk from job_chunks where job_id = $1 and status = 'sent'`, [
      job,
    ]);
    // The other one has URLs without a result, whatever is said of it.
    expect(open).toEqual([second.chunk]);
    const rest = await recordAll(job, [second.chunk], failed(second), [second.chunk]);
    expect(rest).toMatchObject({ status: 'completed_with_errors', chunks: [{ written: 6 }] });
  });

  it('moves what waits for another try to a child chunk of a number of its own', async () => {
    const job = await started(urlsOf('a.example', 2));
    await take(job, 1);
    const retryAt = new Date(Date.now() + 3_600_000).toISOString();
    const deferred = { position: 1, status: 'deferred', reason: 'timeout', retryAt };
    const recorded = await record(job, 0, [stored(0, `${job} deferred`), deferred], true);
    expect(recorded).toMatchObject({ written: 2, status: 'running', dueAt: Date.parse(retryAt) });
    expect(await totalsOf(job)).toMatchObject({ pending: 0, deferred: 1, stored: 1 });
    expect(
      await column(
        `select chunk || ' ' || status || ' ' || attempt from job_chunks where job_id = $1 order by chunk`,
        [job],
      ),
    ).toEqual(['0 split 0', '16777216 pending 1']);
    // Not due yet; and what comes late for the parent changes nothing.
    expect(await take(job, 1)).toMatchObject({ chunks: [], nextDueAt: Date.parse(retryAt) });
    expect(await record(job, 0, [{ position: 1, status: 'failed', reason: 'timeout' }], true)).toMatchObject({
      written: 0,
    });
    await client.query(`update job_chunks set not_before = now() where job_id = $1`, [job]);
    const [child] = (await take(job, 1)).chunks;
    expect(child).toMatchObject({ chunk: 16_777_216, attempt: 1, items: [{ position: 1 }] });
    expect(await record(job, 16_777_216, [stored(1, `${job} late`)], true)).toMatchObject({
      written: 1,
      status: 'completed',
    });
    expect(await totalsOf(job)).toMatchObject({ pending: 0, deferred: 0, stored: 2 });
  });

  it('makes a child chunk due with the first of its URLs, and says when the others are', async () => {
    const job = await started(urlsOf('a.example', 3));
    await take(job, 1);
    const at = [60_000, -1_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
    const results = at.map((retryAt, position) => ({
      position,
      status: 'deferred',
      reason: 'timeout',
      retryAt,
    }));
    expect(await record(job, 0, results, true)).toMatchObject({ dueAt: Date.parse(at[1] ?? '') });
    const [child] = (await take(job, 1)).chunks;
    expect(child?.items.map(({ position, notBefore }) => [position, notBefore])).toEqual([
      [0, Date.parse(at[0] ?? '')],
      [1, undefined],
      [2, Date.parse(at[2] ?? '')],
    ]);
  });

  it('stops at the most images that the job may add', async () => {
    const job = await started(urlsOf('a.example', 5), { maxImages: 2 });
    await take(job, 1);
    const results = [0, 1, 2].map((position) => stored(position, `${job} limit ${position}`));
    expect(await record(job, 0, results, false)).toMatchObject({ status: 'completed', written: 3 });
    expect(await column('select status from crawl_items where job_id = $1 order by position', [job])).toEqual(
      ['stored', 'stored', 'skipped', 'pending', 'pending'],
    );
    expect(await one('select ended_by from crawl_jobs where id = $1', [job])).toBe('limit');

    await client.query('select app.retry_job($1, $2)', [job, '{"statuses": ["skipped"], "reasons": null}']);
    expect(await one(`select app.reset_run($1, 2, '{}')`, [job])).toBe('planning');
    expect(await one('select app.replan($1, 2, 100)', [job])).toBe(true);
    const { chunks } = await take(job, 5, {}, '', 2);
    expect(chunks.flatMap(({ items }) => items).length).toBe(3);
    for (const { chunk, items } of chunks) {
      const rest = items.map(({ position }) => stored(position, `${job} rest ${position}`));
      await record(job, chunk, rest, true, 2);
    }
    expect(await statusOf(job)).toBe('completed');
    expect(await totalsOf(job)).toMatchObject({ stored: 5, pending: 0, skipped: 0 });
  });

  it('gives up a chunk that broke its consumers', async () => {
    const job = await started(urlsOf('a.example', 2));
    await take(job, 1);
    await record(job, 0, [stored(0, `${job} good`)], false);
    expect(await one(`select app.fail_chunk($1, 1, 0, 'out of memory')`, [job])).toEqual({ written: 1 });
    expect(await one('select status from crawl_jobs where id = $1', [job])).toBe('completed_with_errors');
    expect(await one('select status from job_chunks where job_id = $1', [job])).toBe('failed');
    expect(await one(`select reason from crawl_items where job_id = $1 and position = 1`, [job])).toBe(
      'dead_letter',
    );
  });
});

describe('stopping and retrying', () => {
  it('ends at once whatever the job has left, and goes on with exactly that', async () => {
    const job = await started(urlsOf('a.example', 15));
    await take(job, 1);
    await record(
      job,
      0,
      [stored(0, `${job} first`), { position: 1, status: 'failed', reason: 'reset' }],
      false,
    );
    await client.query('select app.stop_job($1)', [job]);
    expect(await one('select app.end_stop($1, 1)', [job])).toBe(true);
    expect(await one('select app.end_stop($1, 1)', [job])).toBe(false);
    expect(await statusOf(job)).toBe('stopped');
    expect(await record(job, 0, [stored(2, `${job} too late`)], true)).toMatchObject({ written: 0 });

    await client.query('select app.retry_job($1, $2)', [job, '{"statuses": ["failed"], "reasons": null}']);
    expect(await one(`select app.reset_run($1, 2, '{}')`, [job])).toBe('planning');
    expect(await one('select app.replan($1, 2, 100)', [job])).toBe(true);
    expect(await statusOf(job)).toBe('queued');
    expect(await totalsOf(job)).toMatchObject({ pending: 14, stored: 1, failed: 0 });
    // Its host's lane may have more chunks than are out at a time.
    const chunks = [...(await take(job, 10, {}, '', 2)).chunks, ...(await take(job, 10, {}, '', 2)).chunks];
    expect(
      chunks.flatMap(({ items }) => items.map(({ position }) => position)).toSorted((a, b) => a - b),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it('takes up only what the filter names, slice by slice', async () => {
    const job = await started(urlsOf('a.example', 4));
    await take(job, 1);
    const failed = (position: number, reason: string) => ({ position, status: 'failed', reason });
    const results = [failed(0, 'timeout'), failed(1, 'http_4xx'), failed(2, 'timeout'), failed(3, 'timeout')];
    await record(job, 0, results, true);
    await client.query('select app.retry_job($1, $2)', [
      job,
      '{"statuses": ["failed"], "reasons": ["timeout"]}',
    ]);
    expect(await one('select app.replan($1, 2, 2)', [job])).toBe(false);
    expect(await one('select app.replan($1, 2, 2)', [job])).toBe(true);
    expect(await totalsOf(job)).toMatchObject({ pending: 3, failed: 1 });
  });

  it('ends again when there was nothing to take up', async () => {
    const job = await started(urlsOf('a.example', 1));
    await take(job, 1);
    await record(job, 0, [{ position: 0, status: 'rejected', reason: 'corrupt' }], true);
    await client.query('select app.retry_job($1, $2)', [job, '{"statuses": ["failed"], "reasons": null}']);
    expect(await one('select app.replan($1, 2, 100)', [job])).toBe(true);
    expect(await statusOf(job)).toBe('completed');
  });
});
