import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import worker from '../../../src/index.ts';
import { type Call, createClient, createProject, signUp } from '../../helpers/client.ts';
import { FAULT_MODES, type FaultMode } from '../../helpers/fault-modes.ts';
import { openFaultyStore } from '../../helpers/faults.ts';
import { addMember, sqlAsSuperuser } from '../../helpers/sql.ts';

const FAULTS = FAULT_MODES.filter((mode) => mode !== 'ok');
const RECOVERY = { timeout: 15_000, interval: 100 };
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
    await sqlAsSuperuser('update outbox set available_at = now() where done_at is null');
    const context = createExecutionContext();
    await worker.scheduled(
      createScheduledController({ cron: '* * * * *' }),
      { ...env, ...variables },
      context,
    );
    await waitOnExecutionContext(context);
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
