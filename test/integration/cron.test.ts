import { createExecutionContext, createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { aroundEach, describe, expect, it } from 'vitest';
import worker from '../../src/index.ts';
import { alone } from '../helpers/alone.ts';
import { createProject, signUp } from '../helpers/client.ts';
import { createJob, finishJob, progressOf, query, startUndelivered } from '../helpers/crawl.ts';
import { fakeCoordinators } from '../helpers/fakes/coordinator.ts';

const EVERY_MINUTE = '* * * * *';
const EVERY_HOUR = '17 * * * *';
/** The reply is sent, and what should follow the commit fails. */
const NO_COORDINATOR = {
  CRAWL_COORDINATOR: {
    idFromName: String,
    get: () => ({ start: async () => await Promise.reject(new Error('the object is gone')) }),
  },
};

async function runCron(cron: string, bindings: object = {}): Promise<void> {
  await worker.scheduled(
    createScheduledController({ cron }),
    { ...env, ...bindings },
    createExecutionContext(),
  );
}

async function outboxOf(jobId: string) {
  return await query<{ attempts: string; done_at: string | null }>(
    `select attempts, done_at from outbox where payload->>'jobId' = $1`,
    [jobId],
  );
}

/** As if the request that wrote it had had its time. */
async function ageOutboxOf(jobId: string): Promise<void> {
  await query(`update outbox set available_at = now() where payload->>'jobId' = $1`, [jobId]);
}

describe('every minute', () => {
  aroundEach(async (runTest) => await alone(runTest));

  it('does what could not be done after the commit of a request', async () => {
    const ada = await signUp();
    const job = await createJob(ada, await createProject(ada), ['/image/late.jpg']);
    const started = await ada.call(`/v1/jobs/${job}/start`, {
      method: 'POST',
      variables: NO_COORDINATOR,
    });
    expect(started.status).toBe(200);
    expect(await outboxOf(job)).toMatchObject([{ done_at: null }]);
    expect(await progressOf(ada, job)).toMatchObject({ status: 'queued', pending: 1 });
    await runCron(EVERY_MINUTE);
    expect(await outboxOf(job)).toMatchObject([{ attempts: 0, done_at: null }]);
    await ageOutboxOf(job);
    await runCron(EVERY_MINUTE);
    expect(await outboxOf(job)).toMatchObject([{ done_at: expect.anything() }]);
    expect(await finishJob(ada, job)).toMatchObject({ status: 'completed', counts: { stored: 1 } });
  });

  it('tries again when the coordinator did not answer, and no sooner than its claim allows', async () => {
    const ada = await signUp();
    const job = await createJob(ada, await createProject(ada), ['/image/refused.jpg']);
    await ada.call(`/v1/jobs/${job}/start`, { method: 'POST', variables: NO_COORDINATOR });
    await ageOutboxOf(job);
    await expect(runCron(EVERY_MINUTE, NO_COORDINATOR)).rejects.toThrow('the object is gone');
    expect(await outboxOf(job)).toMatchObject([{ attempts: 1, done_at: null }]);
    await runCron(EVERY_MINUTE, NO_COORDINATOR);
    expect(await outboxOf(job)).toMatchObject([{ attempts: 1 }]);
    await ageOutboxOf(job);
    await runCron(EVERY_MINUTE);
    expect(await finishJob(ada, job)).toMatchObject({ status: 'completed' });
  });

  it('does not let one row that fails hold back the others', async () => {
    const ada = await signUp();
    const job = await createJob(ada, await createProject(ada), ['/image/behind.jpg']);
    const id = `obx_${crypto.randomUUID()}`;
    await query(
      `insert into outbox (id, topic, payload, available_at) values ($1, 'sessions.revoked', '{"tokenHashes": ["x"]}', now() - interval '1 hour')`,
      [id],
    );
    await ada.call(`/v1/jobs/${job}/start`, { method: 'POST', variables: NO_COORDINATOR });
    await ageOutboxOf(job);
    await expect(runCron(EVERY_MINUTE, { UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' })).rejects.toThrow();
    expect(await outboxOf(job)).toMatchObject([{ done_at: expect.anything() }]);
    expect(await query('select attempts, done_at from outbox where id = $1', [id])).toMatchObject([
      { done_at: null },
    ]);
    await query('delete from outbox where id = $1', [id]);
    await finishJob(ada, job);
  });

  it('says so when a row asks for something unknown, and keeps it', async () => {
    const id = `obx_${crypto.randomUUID()}`;
    await query(`insert into outbox (id, topic, payload) values ($1, 'job.paused', '{}')`, [id]);
    await expect(runCron(EVERY_MINUTE)).rejects.toThrow('job.paused');
    expect(await query('select done_at from outbox where id = $1', [id])).toEqual([{ done_at: null }]);
    await query('delete from outbox where id = $1', [id]);
  });

  it.each([
    ['planning', 6, 'started'],
    ['queued', 6, 'started'],
    ['running', 6, 'started'],
    ['stopping', 2, 'stopped'],
  ] as const)(
    'calls on the coordinator of a silent job that is %s, once in a while',
    async (status, minutes, call) => {
      const ada = await signUp();
      const job = await createJob(ada, await createProject(ada), ['/image/silent.jpg']);
      await query('update crawl_jobs set status = $2, epoch = 1 where id = $1', [job, status]);
      const { told, namespace } = fakeCoordinators();
      const bindings = { CRAWL_COORDINATOR: namespace };
      const calls = () => told[call].filter((jobId) => jobId === job);
      await runCron(EVERY_MINUTE, bindings);
      expect(calls()).toEqual([]);
      await query(`update job_totals set updated_at = now() - make_interval(mins => $2) where job_id = $1`, [
        job,
        minutes,
      ]);
      await runCron(EVERY_MINUTE, bindings);
      await runCron(EVERY_MINUTE, bindings);
      expect(calls()).toEqual([job]);
      await query(`update crawl_jobs set status = 'failed' where id = $1`, [job]);
    },
  );

  it('brings a job back whose coordinator never heard of it', async () => {
    const ada = await signUp();
    const job = await createJob(ada, await createProject(ada), ['/image/lost-1.jpg', '/image/lost-2.jpg']);
    await startUndelivered(job);
    await query(`update job_chunks set status = 'sent' where job_id = $1`, [job]);
    await query(`update job_totals set updated_at = now() - interval '6 minutes' where job_id = $1`, [job]);
    await runCron(EVERY_MINUTE);
    expect(await finishJob(ada, job)).toMatchObject({ status: 'completed', counts: { stored: 2 } });
  });
});

describe('every hour', () => {
  it('deletes what has served its time and nothing else', async () => {
    const ada = await signUp();
    const tag = crypto.randomUUID();
    const rows = async () => {
      const own = await query<{ name: string }>(
        `select id as name from sessions where id like $1 union all
         select encode(token_hash, 'escape') from sign_in_links where encode(token_hash, 'escape') like $1 union all
         select key from idempotency_keys where key like $1 union all
         select id from outbox where id like $1`,
        [`%${tag}`],
      );
      return own.map(({ name }) => name.replace(`-${tag}`, '')).sort();
    };
    for (const [state, expiry, age] of [
      ['old', `now() - interval '1 minute'`, `now() - interval '25 hours'`],
      ['live', `now() + interval '1 minute'`, `now() - interval '23 hours'`],
    ]) {
      await query(
        `insert into sessions (id, user_id, token_hash, expires_at) values ($1, $2, convert_to($1, 'UTF8'), ${expiry})`,
        [`session-${state}-${tag}`, ada.userId],
      );
      await query(
        `insert into sign_in_links (token_hash, user_id, expires_at) values (convert_to($1, 'UTF8'), $2, ${expiry})`,
        [`link-${state}-${tag}`, ada.userId],
      );
      await query(
        `insert into idempotency_keys (scope, key, fingerprint, created_at) values ($1, $2, '\\x01', ${age})`,
        [ada.userId, `key-${state}-${tag}`],
      );
      await query(
        `insert into outbox (id, topic, payload, done_at) values ($1, 'job.started', '{}', ${age})`,
        [`outbox-${state}-${tag}`],
      );
    }
    // Never done, so it is never forgotten, however old.
    await query(
      `insert into outbox (id, topic, payload, created_at, available_at)
       values ($1, 'job.started', '{}', now() - interval '9 days', now() + interval '1 day')`,
      [`outbox-waiting-${tag}`],
    );
    expect(await rows()).toHaveLength(9);
    await runCron(EVERY_HOUR);
    expect(await rows()).toEqual(['key-live', 'link-live', 'outbox-live', 'outbox-waiting', 'session-live']);
    await query('delete from outbox where id like $1', [`%${tag}`]);
    expect((await ada.call('/v1/profile')).status).toBe(200);
  });
});

describe('a cron expression that no task is planned for', () => {
  it('fails, so that a forgotten task is noticed', async () => {
    await expect(runCron('5 4 * * *')).rejects.toThrow('5 4 * * *');
  });
});
