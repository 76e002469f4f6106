import {
  createExecutionContext,
  createScheduledController,
  evictDurableObject,
  runInDurableObject,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import type { Pace } from '../../durable-objects/host-gate/pace.ts';
import type { CoordinatorNamespace } from '../../src/crawl/coordinator.ts';
import { type HostGateNamespace, hostGateFor } from '../../src/crawl/host-gate.ts';
import worker from '../../src/index.ts';
import { alone } from '../helpers/alone.ts';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import {
  createJob,
  deliver,
  finishJob,
  imageHost,
  itemsOf,
  messagesOf,
  type Progress,
  progressOf,
  query,
  startUndelivered,
} from '../helpers/crawl.ts';
import { SLOW_SITE_DELAY_MS } from '../helpers/slow-site.ts';

const slowSite = inject('stores').slowSiteUrl;
const { CRAWL_COORDINATOR, HOST_GATE } = env as unknown as {
  CRAWL_COORDINATOR: CoordinatorNamespace;
  HOST_GATE: HostGateNamespace;
};

/** Takes so many turns at the slow site for somebody else, whom it names. */
async function bookSlowSite(turns: number): Promise<string> {
  const booking = crypto.randomUUID();
  const paths = Array.from({ length: turns }, () => '/');
  await hostGateFor(HOST_GATE, slowSite).reserve({ origin: slowSite, booking, paths });
  return booking;
}

/** How long somebody who comes now waits for a turn at the slow site, in milliseconds. */
async function waitForSlowSite(): Promise<number> {
  const gate = hostGateFor(HOST_GATE, slowSite);
  const booking = crypto.randomUUID();
  const reserved = await gate.reserve({ origin: slowSite, booking, paths: ['/'] });
  await gate.cancel(booking);
  return reserved.kind === 'go' ? (reserved.turns[0] ?? 0) - Date.now() : Infinity;
}

let ada: Person;
let project: string;

beforeEach(async () => {
  ada = await signUp();
  project = await createProject(ada);
});

const coordinatorOf = (job: string) => CRAWL_COORDINATOR.get(CRAWL_COORDINATOR.idFromName(job));

async function start(job: string): Promise<void> {
  expect((await ada.call(`/v1/jobs/${job}/start`, { method: 'POST' })).status).toBe(200);
}

async function stop(job: string) {
  return await ada.call<{ status: string }>(`/v1/jobs/${job}/stop`, { method: 'POST' });
}

async function retry(job: string, body: object = {}) {
  return await ada.call<{ status: string }>(`/v1/jobs/${job}/retry`, { body });
}

/** Waits until the job's progress is as wanted. */
async function until(job: string, isSo: (progress: Progress) => boolean): Promise<Progress> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const progress = await progressOf(ada, job);
    if (isSo(progress)) return progress;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(progress)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const named = (count: number, name: string = crypto.randomUUID()) =>
  Array.from({ length: count }, (_, n) => `/image/${name}-${n}.jpg`);
const hanging = (count: number) =>
  Array.from({ length: count }, (_, n) => `/hang/${crypto.randomUUID()}-${n}`);

describe('stopping', () => {
  it('keeps what is done, ends at once although hosts hang, and skips the rest', async () => {
    const job = await createJob(ada, project, [...named(4), ...hanging(30)]);
    await start(job);
    await until(job, ({ counts }) => counts.stored === 4);
    const asked = Date.now();
    expect((await stop(job)).body.status).toBe('stopping');
    const progress = await until(job, ({ status }) => status === 'stopped');
    // Far below the 20 s after which a stop is forced, and the 15 s a download may take.
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(progress).toMatchObject({ pending: 0, done: 34, counts: { stored: 4, skipped: 30 } });
    const items = await itemsOf(ada, job);
    expect(items.filter(({ status }) => status === 'skipped').map(({ reason }) => reason)).toEqual(
      Array.from({ length: 30 }, () => 'stopped'),
    );
    const skipped = await ada.call<{ data: object[] }>(`/v1/jobs/${job}/items?status=skipped&limit=200`);
    expect(skipped.body.data).toHaveLength(30);
    const stopped = await ada.call<{ data: object[] }>(
      `/v1/jobs/${job}/items?status=skipped&reason=stopped&limit=200`,
    );
    expect(stopped.body.data).toHaveLength(30);
    const pending = await ada.call<{ data: object[] }>(`/v1/jobs/${job}/items?status=pending`);
    expect(pending.body.data).toEqual([]);
  });

  it('twice is the same as once, and is refused before the start and after the end', async () => {
    const job = await createJob(ada, project, hanging(1));
    expect(await stop(job)).toMatchObject({ status: 409, body: { code: 'illegal_state' } });
    await start(job);
    await stop(job);
    expect((await stop(job)).status).toBe(200);
    await until(job, ({ status }) => status === 'stopped');
    expect((await stop(job)).body.status).toBe('stopped');
    const done = await createJob(ada, project, named(1));
    await start(done);
    await finishJob(ada, done);
    expect(await stop(done)).toMatchObject({ status: 409, body: { code: 'illegal_state' } });
  });

  it('records what a consumer has in hand, and no more', async () => {
    const job = await createJob(ada, project, named(3));
    await startUndelivered(job);
    const told = await deliver(await messagesOf(job), { report: 'stop' });
    expect(told.finished).toHaveLength(1);
    expect(await progressOf(ada, job)).toMatchObject({ counts: { stored: 3 } });
  });
});

describe('retrying', () => {
  it('goes on where a stop ended the job', async () => {
    // The tests ask hosts as often as they like: a chunk has 50 URLs.
    const job = await createJob(ada, project, named(60));
    await startUndelivered(job);
    const [first] = await messagesOf(job);
    await deliver([first]);
    await query(`update crawl_jobs set status = 'stopping' where id = $1`, [job]);
    await coordinatorOf(job).stop({ jobId: job, epoch: 1 });
    expect(await progressOf(ada, job)).toMatchObject({
      status: 'stopped',
      counts: { stored: 50, skipped: 10 },
      runs: 1,
    });
    expect((await retry(job)).body.status).toBe('planning');
    expect(await finishJob(ada, job)).toMatchObject({
      status: 'completed',
      runs: 2,
      counts: { stored: 60, skipped: 0 },
    });
  });

  it('takes up only what it is asked to', async () => {
    const job = await createJob(ada, project, ['/status/404', '/reset', '/corrupt.jpg', ...named(1)]);
    await start(job);
    expect(await finishJob(ada, job)).toMatchObject({ counts: { failed: 2, rejected: 1, stored: 1 } });
    const before = await itemsOf(ada, job);
    await retry(job, { statuses: ['failed'], reasons: ['http_4xx'] });
    await finishJob(ada, job);
    const after = await itemsOf(ada, job);
    expect(after.map(({ status, reason }) => [status, reason])).toEqual(
      before.map(({ status, reason }) => [status, reason]),
    );
    const changed = after.filter((item, at) => item.updatedAt !== before[at]?.updatedAt);
    expect(changed.map(({ reason }) => reason)).toEqual(['http_4xx']);
  });

  it('takes up more URLs than one look at Postgres does', async () => {
    const job = await createJob(ada, project, ['/status/404']);
    await start(job);
    await finishJob(ada, job);
    await query(
      `insert into crawl_items (job_id, position, project_id, chunk, url, url_hash, status, reason)
       select $1, n, $2, 0, $3 || n, int8send(n), 'failed', 'http_4xx' from generate_series(1, 2500) n`,
      [job, project, new URL('/status/404?', imageHost).href],
    );
    await query('update job_totals set failed = failed + 2500 where job_id = $1', [job]);
    await query('update crawl_jobs set total = total + 2500 where id = $1', [job]);
    await retry(job);
    await until(job, ({ status }) => status === 'running');
    await stop(job);
    expect(await until(job, ({ status }) => status === 'stopped')).toMatchObject({ done: 2_501 });
  });

  it('of a job under way changes nothing; of a draft it is refused', async () => {
    const job = await createJob(ada, project, hanging(1));
    expect(await retry(job)).toMatchObject({ status: 409, body: { code: 'illegal_state' } });
    await start(job);
    expect((await retry(job)).status).toBe(200);
    await stop(job);
    await until(job, ({ status }) => status === 'stopped');
  });
});

describe('a fault that may pass', () => {
  it('is tried again twice before it is final', async () => {
    const job = await createJob(ada, project, ['/status/503']);
    await start(job);
    expect(await finishJob(ada, job)).toMatchObject({ counts: { failed: 1, deferred: 0 } });
    const chunks = await query<{ attempt: number; status: string }>(
      'select attempt, status from job_chunks where job_id = $1 order by chunk',
      [job],
    );
    expect(chunks.map(({ attempt, status }) => `${attempt} ${status}`)).toEqual([
      '0 split',
      '1 split',
      '2 done',
    ]);
  });
});

describe('a URL that waits long for another try', () => {
  it('keeps no place of its host, and no other URL, meanwhile', async () => {
    const job = await createJob(ada, project, ['/status/404', ...named(1)]);
    await query(
      `update crawl_items set retry_at = now() + interval '1 hour' where job_id = $1 and position = 0`,
      [job],
    );
    await start(job);
    await until(job, ({ counts }) => counts.stored === 1);
    const chunk = async () =>
      await query(
        `select status, not_before > now() + interval '59 minutes' as rests from job_chunks where job_id = $1`,
        [job],
      );
    await expect.poll(chunk, { timeout: 5_000 }).toEqual([{ status: 'pending', rests: true }]);
    const board = async () =>
      await runInDurableObject(coordinatorOf(job), (_, { storage }) => [
        ...storage.sql.exec('select chunk from board'),
      ]);
    await expect.poll(board, { timeout: 5_000 }).toEqual([]);
    // It is still there when its time has come.
    await query('update job_chunks set not_before = now() where job_id = $1', [job]);
    await query('update crawl_items set retry_at = now() where job_id = $1', [job]);
    await coordinatorOf(job).start({ jobId: job, epoch: 1 });
    expect(await finishJob(ada, job)).toMatchObject({ counts: { stored: 1, failed: 1 } });
  });
});

describe('a coordinator', () => {
  it('goes on after it was evicted', async () => {
    const job = await createJob(ada, project, named(30));
    await start(job);
    await evictDurableObject(coordinatorOf(job));
    expect(await finishJob(ada, job)).toMatchObject({ status: 'completed', counts: { stored: 30 } });
  });

  it('that lost everything is rebuilt from Postgres', async () => {
    const job = await createJob(ada, project, [...named(5), ...hanging(1)]);
    await startUndelivered(job);
    await query(`update crawl_jobs set status = 'running' where id = $1`, [job]);
    await query(`update job_chunks set status = 'sent' where job_id = $1`, [job]);
    await alone(async () => {
      await query(`update job_totals set updated_at = now() - interval '6 minutes' where job_id = $1`, [job]);
      await worker.scheduled(createScheduledController({ cron: '* * * * *' }), env, createExecutionContext());
    });
    await until(job, ({ counts }) => counts.stored === 5);
    await stop(job);
    await until(job, ({ status }) => status === 'stopped');
  });

  it('finds a chunk again that it was given and never heard of', async () => {
    const slow = Array.from({ length: 60 }, (_, n) => new URL(`/${crypto.randomUUID()}-${n}`, slowSite).href);
    const job = await createJob(ada, project, slow);
    await start(job);
    await until(job, ({ status }) => status === 'running');
    // As if the answer that named them had been lost: sent, says Postgres, and the board does not know.
    const lost = new URL('/status/404', imageHost).href;
    await query(
      `insert into job_chunks (job_id, chunk, project_id, lane, status, size) values ($1, 900, $2, '', 'sent', 1)`,
      [job, project],
    );
    await query(
      `insert into crawl_items (job_id, position, project_id, chunk, url, url_hash) values ($1, 900, $2, 900, $3, $4)`,
      [job, project, lost, '\\x01'],
    );
    await query('update job_totals set pending = pending + 1 where job_id = $1', [job]);
    await coordinatorOf(job).revive({ jobId: job, epoch: 1 });
    const outcome = async () =>
      await query('select 1 from crawl_items where job_id = $1 and position = 900 and reason is not null', [
        job,
      ]);
    await expect.poll(async () => (await outcome()).length, { timeout: 20_000 }).toBe(1);
    await stop(job);
    await until(job, ({ status }) => status === 'stopped');
  });

  it('looks for what is due behind any number of hosts that have nothing due', async () => {
    const job = await createJob(ada, project, named(1));
    await query(
      `insert into job_chunks (job_id, chunk, project_id, lane, not_before, size)
       select $1, 1000 + n, $2, 'https://' || n || '.example', now() + interval '1 hour', 1
       from generate_series(1, 1300) n`,
      [job, project],
    );
    await start(job);
    expect(await finishJob(ada, job)).toMatchObject({ counts: { stored: 1 } });
  });

  it('does not look round and round where nothing is due', async () => {
    const job = await createJob(ada, project, named(1));
    await query(`update job_chunks set not_before = now() + interval '1 hour' where job_id = $1`, [job]);
    await query(
      `insert into job_chunks (job_id, chunk, project_id, lane, not_before, size)
       select $1, 1000 + n, $2, 'https://' || n || '.example', now() + interval '1 hour', 1
       from generate_series(1, 1300) n`,
      [job, project],
    );
    await start(job);
    const alarm = async () =>
      await runInDurableObject(coordinatorOf(job), async (_, { storage }) => await storage.getAlarm());
    await expect
      .poll(async () => ((await alarm()) ?? 0) - Date.now(), { timeout: 10_000 })
      .toBeGreaterThan(30_000);
    await stop(job);
    await until(job, ({ status }) => status === 'stopped');
  });

  it('leaves nothing behind when its job has ended', async () => {
    const job = await createJob(ada, project, named(2));
    await start(job);
    await finishJob(ada, job);
    const readKept = async () =>
      await runInDurableObject(coordinatorOf(job), (_, { storage }) => [
        ...storage.kv.list(),
        ...storage.sql.exec('select * from board'),
      ]);
    // It hears of the end a moment after the database.
    await expect.poll(readKept, { timeout: 10_000 }).toEqual([]);
  });
});

describe('a slow host', () => {
  it('is never asked faster than it asks for, and holds up no other', async () => {
    const slow = Array.from({ length: 60 }, (_, n) => new URL(`/${crypto.randomUUID()}-${n}`, slowSite).href);
    const job = await createJob(ada, project, [...slow, ...named(20)]);
    await start(job);
    await until(job, ({ counts }) => counts.stored === 20);
    await until(job, ({ counts }) => counts.failed >= 5);
    await stop(job);
    await until(job, ({ status }) => status === 'stopped');
    const times = (await (await fetch(`${slowSite}/times`)).json()) as number[];
    const over = (gaps: number) => times.slice(gaps).map((time, at) => time - (times[at] ?? 0));
    // The way there is not equally long on a busy machine: one late request comes closer to the next.
    expect(Math.min(...over(1))).toBeGreaterThan(SLOW_SITE_DELAY_MS * 0.4);
    expect(Math.min(...over(4))).toBeGreaterThan(SLOW_SITE_DELAY_MS * 4 * 0.85);
    expect(times.length).toBeLessThan(60);

    // What the stopped job had booked ahead is free for others.
    await expect.poll(waitForSlowSite, { timeout: 2_000 }).toBeLessThan(3 * SLOW_SITE_DELAY_MS);
  });

  it('is free for others when a job ends at the most images that it may add', async () => {
    const slow = Array.from({ length: 60 }, (_, n) => new URL(`/${crypto.randomUUID()}-${n}`, slowSite).href);
    const job = await createJob(ada, project, [...slow, ...named(1)], { maxImages: 1 });
    // The image comes when the chunks of the slow host wait for their turns, far behind those of others.
    const others = await bookSlowSite(40);
    await query(
      `update job_chunks set not_before = now() + interval '3 seconds' where job_id = $1 and lane = ''`,
      [job],
    );
    await start(job);
    const parked = async () =>
      await runInDurableObject(coordinatorOf(job), (_, { storage }) =>
        [...storage.sql.exec('select entry from board')].filter(({ entry }) =>
          String(entry).includes('"state":"parked"'),
        ),
      );
    await expect.poll(async () => (await parked()).length, { timeout: 10_000 }).toBe(2);
    const booked = async () =>
      await runInDurableObject(HOST_GATE.getByName(slowSite), (_, { storage }) =>
        [...(storage.kv.get<Pace>('pace')?.bookings.keys() ?? [])].filter((name) => name.startsWith(job)),
      );
    expect(await booked()).toHaveLength(2);
    await finishJob(ada, job);
    expect(await progressOf(ada, job)).toMatchObject({
      status: 'completed',
      counts: { stored: 1, skipped: 60 },
    });
    await expect.poll(booked, { timeout: 2_000 }).toEqual([]);
    await hostGateFor(HOST_GATE, slowSite).cancel(others);
  });

  it('is waited for by a page that came too late for its turn before', async () => {
    const page = new URL(`/${crypto.randomUUID()}`, slowSite).href;
    const reply = await ada.call<{ id: string }>(`/v1/projects/${project}/jobs`, {
      body: { kind: 'pages', pages: [page], options: {} },
    });
    const job = reply.body.id;
    await query(`update crawl_jobs set status = 'planning', epoch = 1, started_at = now() where id = $1`, [
      job,
    ]);
    const gate = hostGateFor(HOST_GATE, slowSite);
    const deliverPage = async (waits: number) => {
      const others = await bookSlowSite(16);
      await query(`update job_sources set status = 'sent', attempts = 1, waits = $2 where job_id = $1`, [
        job,
        waits,
      ]);
      const told = await deliver([{ v: 1, jobId: job, epoch: 1, source: 0 }], { queue: 'darkroom-discover' });
      expect(told.started).toEqual([job]);
      await gate.cancel(others);
      const [source] = await query('select status, waits, reason from job_sources where job_id = $1', [job]);
      return source;
    };
    expect(await deliverPage(0)).toEqual({ status: 'pending', waits: 1, reason: null });
    await gate.cancel(`${job}/1/source-0/0`);
    expect(await deliverPage(1)).toEqual({ status: 'failed', waits: 0, reason: 'http_4xx' });
  });
});
