import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import worker from '../../../src/index.ts';
import { sleep } from '../../../src/lib/sleep.ts';
import { alone } from '../../helpers/alone.ts';
import { openCountedStores } from '../../helpers/count-trips.ts';
import { type Call, createClient, createProject, signUp } from '../../helpers/client.ts';
import { FAULT_MODES, type FaultMode } from '../../helpers/fault-modes.ts';
import { openFaultyStore } from '../../helpers/faults.ts';
import { addMember, sqlAsSuperuser } from '../../helpers/sql.ts';

const FAULTS = FAULT_MODES.filter((mode) => mode !== 'ok');
const RECOVERY = { timeout: 15_000, interval: 100 };
/** For what must get through once Redis is well, however busy the machine is. */
const PATIENCE = { CACHE_TIMEOUT_MS: '10000', LIMITER_TIMEOUT_MS: '10000' };
/** Five failures open the breaker, as in production; nobody tries again within a test. */
const FIVE_ONCE = JSON.stringify({ breaker: { failuresInARow: 5, pauseMs: 60_000 } });

describe.each(FAULTS)('with a Redis that shows the fault %s', (fault) => {
  it('every kind of request is answered rightly, by other means, and with Redis again when it is well', async () => {
    const redis = await openFaultyStore('redis');
    const { variables } = redis;
    const [ada, teammate] = [await signUp(), await signUp()];
    const project = `/v1/projects/${await createProject(ada, 'Before')}`;
    await addMember(project.slice('/v1/projects/'.length), teammate.userId, 'viewer');
    // In the caches from now on.
    for (let count = 0; count < 2; count++) expect((await ada.send(project, { variables })).status).toBe(200);
    await redis.set(fault);

    // A cached read, an uncached one, a write with its read, a sign-in, a limited stranger.
    expect((await ada.call(project, { variables })).body).toMatchObject({ name: 'Before', role: 'owner' });
    expect(await ada.call(`${project}/images`, { variables })).toMatchObject({
      status: 200,
      body: { data: [] },
    });
    const change = { method: 'PATCH', body: { name: 'After' }, variables };
    expect((await ada.call(project, change)).status).toBe(200);
    expect((await ada.call(project, { variables })).body['name']).toBe('After');
    const { email, password } = ada;
    const signIn = { body: { email, password }, variables };
    expect((await createClient().call('/v1/auth/sign-in', signIn)).status).toBe(200);
    const stranger = await createClient().send('/v1/projects', { variables });
    expect([stranger.status, stranger.headers.has('ratelimit')]).toEqual([401, false]);

    await redis.set('ok');
    const isCounted = async () => (await ada.send(project, { variables })).headers.has('ratelimit');
    await vi.waitUntil(isCounted, RECOVERY);
    // Nothing that was to be forgotten meanwhile stays in a cache: the outbox tells of it.
    const context = createExecutionContext();
    // It ends with what befell the rows of others, which tests beside this one leave on purpose.
    await alone(async () => {
      await sqlAsSuperuser(
        'update outbox set available_at = now() where done_at is null and payload::text like $1',
        [`%${project.split('/').at(-1)}%`],
      );
      const controller = createScheduledController({ cron: '* * * * *' });
      await Promise.allSettled([
        worker.scheduled(controller, { ...env, ...variables, ...PATIENCE }, context),
      ]);
      await waitOnExecutionContext(context);
    });
    expect((await teammate.call(project, { isUntold: true })).body['name']).toBe('After');
  });
});

/** Those that a call waits for, or whose calls reach the proxy before they fail. */
const REACHED: FaultMode[] = [
  'black-hole',
  'slow',
  'drip',
  'cut',
  'lose-reply',
  'error',
  'garbage',
  'unauthorized',
];

describe('a Redis that has failed five times', () => {
  it.for(REACHED)('is not asked any more, and nobody waits for it: %s', async (fault, { annotate }) => {
    const redis = await openFaultyStore('redis');
    const variables = { ...redis.variables, SETTINGS: FIVE_ONCE };
    const ada = await signUp();
    const project = `/v1/projects/${await createProject(ada)}`;
    await redis.set(fault);
    const before = await redis.calls();
    const took: number[] = [];
    const read = async () => {
      const started = performance.now();
      expect((await ada.send(project, { variables })).status).toBe(200);
      took.push(Math.round(performance.now() - started));
    };
    for (let count = 0; count < 5; count++) await read();
    const called = (await redis.calls()) - before;
    expect(called).toBeGreaterThan(0);
    // The runtime sends a request once more when its connection breaks.
    expect(called).toBeLessThanOrEqual(fault === 'cut' || fault === 'lose-reply' ? 10 : 5);
    for (let count = 0; count < 5; count++) await read();
    expect((await redis.calls()) - before).toBe(called);
    await annotate(`${fault}: ten reads took ${took.join(', ')} ms`);
  });

  it('costs a trip to the database, for who asks, every two seconds, and nothing else that is waited for', async () => {
    const [redis, counted] = await Promise.all([openFaultyStore('redis'), openCountedStores()]);
    const variables = { ...redis.variables, SETTINGS: FIVE_ONCE };
    const ada = await signUp();
    const project = `/v1/projects/${await createProject(ada)}`;
    const change = { method: 'PATCH', body: { name: 'After' } };
    await redis.set('error');
    for (let count = 0; count < 5; count++)
      expect((await ada.send('/v1/profile', { variables })).status).toBe(200);
    try {
      const reading = await counted.count(ada, `${project}/images`, { variables });
      expect(reading).toEqual({ status: 200, rounds: ['database'] });
      const writing = await counted.count(ada, project, { ...change, variables });
      expect(writing).toEqual({ status: 200, rounds: ['database'] });
      await sleep(2_100);
      const later = await counted.count(ada, `${project}/images`, { variables });
      expect(later).toEqual({ status: 200, rounds: ['database', 'database'] });
    } finally {
      await counted.close();
    }
  });

  it('is tried beside a request, which does not wait for that', async () => {
    const redis = await openFaultyStore('redis');
    const settings = { deadlines: { redisMs: 5_000 }, breaker: { failuresInARow: 5, pauseMs: 500 } };
    const slowly = { CACHE_TIMEOUT_MS: '5000', LIMITER_TIMEOUT_MS: '5000' };
    const variables = { ...redis.variables, ...slowly, SETTINGS: JSON.stringify(settings) };
    const ada = await signUp();
    const call: Call = { variables, leaveBackground: true };
    await redis.set('error');
    for (let count = 0; count < 5; count++) expect((await ada.send('/v1/profile', call)).status).toBe(200);
    await redis.set('black-hole');
    const before = await redis.calls();
    let slowest = 0;
    const isTried = async () => {
      const started = performance.now();
      expect((await ada.send('/v1/profile', call)).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - started);
      return (await redis.calls()) > before;
    };
    await vi.waitUntil(isTried, RECOVERY);
    // The one that tried takes ten times as long as this leaves, and one at a time tries.
    expect(slowest).toBeLessThan(2_500);
    expect((await ada.send('/v1/profile', call)).status).toBe(200);
    expect((await redis.calls()) - before).toBe(1);
  });
});

describe('a second Redis', () => {
  it('has the limits and the cached values while the first one is down, which is used again when it is back', async () => {
    const [first, second, database] = await Promise.all([
      openFaultyStore('redis'),
      openFaultyStore('secondRedis'),
      openFaultyStore('neon'),
    ]);
    const SETTINGS = JSON.stringify({ breaker: { failuresInARow: 5, pauseMs: 500 } });
    const variables = {
      ...first.variables,
      ...second.variables,
      ...database.variables,
      SETTINGS,
      // A value is not read anew while this runs, and a busy machine is no fault.
      CACHE_TTL_SCALE: '100',
      ...PATIENCE,
    };
    const ada = await signUp();
    const project = `/v1/projects/${await createProject(ada)}`;
    /** One read, and who was asked for it. */
    const read = async () => {
      const stores = [first, second, database];
      const before = await Promise.all(stores.map(async (store) => await store.calls()));
      const reply = await ada.send(project, { variables, isUntold: true });
      expect(reply.status).toBe(200);
      const after = await Promise.all(stores.map(async (store) => await store.calls()));
      const calls = after.map((count, at) => count - (before[at] ?? 0));
      return { calls, isCounted: reply.headers.has('ratelimit') };
    };
    const byFirst = { calls: [1, 0, 0], isCounted: true };
    const bySecond = { calls: [0, 1, 0], isCounted: true };
    const until = async (wanted: object) =>
      await vi.waitUntil(async () => JSON.stringify(await read()) === JSON.stringify(wanted), RECOVERY);
    await until(byFirst);
    await first.set('down');
    await until(bySecond);
    for (let count = 0; count < 10; count++) expect(await read()).toEqual(bySecond);
    await first.set('ok');
    await until(byFirst);
    expect(await read()).toEqual(byFirst);
  });
});
