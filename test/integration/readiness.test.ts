import { createExecutionContext, createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, inject, it } from 'vitest';
import worker from '../../src/index.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';
import { askReadiness, findReadiness } from '../helpers/readiness.ts';
import { query } from '../helpers/query.ts';

const WRONG_ROLE = {
  status: 503,
  body: { code: 'unavailable', errors: [{ path: 'primary', message: 'misconfigured' }] },
};

describe('GET /health/ready', () => {
  it('tells of every part that it is in order, and how long it took', async () => {
    const { headers, body } = await findReadiness({ status: 200, body: { status: 'ready', drain: null } });
    expect(headers.get('cache-control')).toBe('no-store');
    for (const part of ['primary', 'replica', 'redis', 'media', 'queue'] as const) {
      expect(body.parts[part]).toEqual({ state: 'ok', latencyMs: expect.any(Number), lastError: null });
    }
    expect(body.queues).toEqual([
      {
        name: 'crawl',
        backlog: expect.any(Number),
        oldestAgeMs: body.queues?.[0]?.backlog ? expect.any(Number) : null,
      },
      {
        name: 'discover',
        backlog: expect.any(Number),
        oldestAgeMs: body.queues?.[1]?.backlog ? expect.any(Number) : null,
      },
    ]);
    expect(body.openSockets).toEqual(expect.any(Number));
    // Not told by this platform.
    expect(body.instance).toMatchObject({ memoryBytes: null, cpuMs: null });
  });

  it('names the isolate, which stays the same and grows older', async () => {
    const first = (await findReadiness({ status: 200 })).body.instance;
    const second = (await findReadiness({ status: 200 })).body.instance;
    expect(second.id).toBe(first.id);
    expect(second.ageMs).toBeGreaterThanOrEqual(first.ageMs);
  });

  it('asks the parts once for all who ask at about the same time', async () => {
    const redis = await openFaultyStore('redis');
    const bindings = { ...env, ...redis.variables };
    const askHere = async () => (await askReadiness(bindings)).body.parts.redis.state;
    const [state, ...others] = await Promise.all([askHere(), askHere(), askHere()]);
    await redis.set(state === 'ok' ? 'reset' : 'ok');
    expect([...others, await askHere()]).toEqual([state, state, state]);
  });

  it('shows nothing of what went wrong but the class of the error', async () => {
    const neon = await openFaultyStore('neon');
    await neon.set('garbage');
    const { headers: _, ...problem } = await problemOf('/health/ready', { variables: neon.variables });
    expect(problem).toMatchObject({
      code: 'unavailable',
      current: { status: 'unavailable', openSockets: null },
    });
    expect(problem.errors).toEqual([
      { path: 'primary', message: 'down' },
      { path: 'replica', message: 'down' },
    ]);
    expect(JSON.stringify(problem)).not.toMatch(/postgres|neon:|127\.0\.0\.1|darkroom_|json/i);
  });

  it('tells of a part that hangs within the time in which it answers', async () => {
    const redis = await openFaultyStore('redis');
    await redis.set('black-hole');
    const parts = { redis: { state: 'down' }, primary: { state: 'ok' } };
    const { body } = await findReadiness(
      { status: 200, body: { status: 'degraded', parts } },
      redis.variables,
    );
    expect(body.parts.redis.lastError).toMatch(/Error$/);
  });

  it('is degraded while the replica alone serves, and knows nothing then of what the primary counts', async () => {
    const nowhere = (role: string) => `postgres://${role}:x@127.0.0.1:1/darkroom`;
    const parts = { primary: { state: 'down' }, replica: { state: 'ok' } };
    await findReadiness(
      { status: 200, body: { status: 'degraded', parts, openSockets: null, crons: null, drain: null } },
      { DATABASE_URL: nowhere('darkroom_app'), DATABASE_SERVICE_URL: nowhere('darkroom_service') },
    );
  });

  it('is degraded while R2 hangs and the queues fail', async () => {
    const hang = async () => await new Promise<never>(() => undefined);
    const metrics = async () => await Promise.reject(new RangeError('no queue'));
    const parts = {
      media: { state: 'down', lastError: 'DeadlineError' },
      queue: { state: 'down', lastError: 'RangeError' },
    };
    await findReadiness(
      { status: 200, body: { status: 'degraded', parts, queues: null } },
      { MEDIA: { head: hang }, CRAWL_QUEUE: { metrics } },
    );
  });

  it('fails while the role of the queues and of cron could pass the policies by', async () => {
    const variables = { DATABASE_SERVICE_URL: inject('stores').superuserUrl };
    await findReadiness(WRONG_ROLE, variables);
  });

  it('fails with a password that is wrong, and with a database that has not our tables', async () => {
    const wrong = (change: (url: URL) => void) => {
      const url = new URL(inject('variables')['DATABASE_URL'] ?? '');
      change(url);
      return { DATABASE_URL: url.href };
    };
    for (const variables of [
      wrong((url) => void (url.password = 'wrong')),
      wrong((url) => void (url.pathname = '/postgres')),
      wrong((url) => void (url.pathname = '/nowhere')),
    ])
      await findReadiness(
        {
          body: { ...WRONG_ROLE.body, current: { parts: { primary: { lastError: 'MisconfiguredError' } } } },
        },
        variables,
      );
  });

  it('fails while a role is a member of the one that owns everything', async () => {
    await query('grant darkroom_owner to darkroom_service');
    try {
      await findReadiness(WRONG_ROLE);
    } finally {
      await query('revoke darkroom_owner from darkroom_service');
    }
    await findReadiness({ status: 200 });
  });

  it('tells when each task of cron last ran, and that one has failed', async () => {
    const run = async (bindings: object) =>
      await worker.scheduled(
        createScheduledController({ cron: '17 * * * *' }),
        { ...env, ...bindings },
        createExecutionContext(),
      );
    const findRun = async (name: string) =>
      (await findReadiness({ body: { crons: expect.anything() } })).body.crons?.find(
        (run) => run.name === name,
      );
    await run({});
    const first = await findRun('sweepDeletedMedia');
    expect(first).toMatchObject({ ok: true, error: null });
    expect(Date.parse(first?.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.startedAt ?? ''));
    const list = async () => await Promise.reject(new TypeError('the bucket is gone'));
    await expect(run({ MEDIA: { list, delete: list } })).rejects.toThrow();
    expect(await findRun('sweepDeletedMedia')).toMatchObject({ ok: false, error: 'TypeError' });
    expect(await findRun('sweepExpired')).toMatchObject({ ok: true, error: null });
    await run({});
    expect((await findRun('sweepDeletedMedia'))?.ok).toBe(true);
  });
});
