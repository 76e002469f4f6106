import { afterEach, describe, expect, it } from 'vitest';
import { createProject, signUp } from '../helpers/client.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';
import { lockProject, type RowLock } from '../helpers/row-lock.ts';
import { countRows } from '../helpers/sql.ts';

/** Nothing else ends a call: neither its own deadline nor a breaker. */
const settings = (requests: object) => ({
  SETTINGS: JSON.stringify({
    requests,
    deadlines: { redisMs: 5_000, databaseReadMs: 30_000, databaseWriteMs: 30_000 },
  }),
});

let lock: RowLock | null = null;
afterEach(async () => {
  await lock?.release();
  lock = null;
});

describe('a request that takes too long', () => {
  it('is answered with 503, and its write is taken back', async () => {
    const ada = await signUp();
    const project = await createProject(ada, 'Before');
    lock = await lockProject(project);
    const key = crypto.randomUUID();
    const change = {
      method: 'PATCH',
      body: { name: 'Late' },
      headers: { 'idempotency-key': key, 'x-request-id': `late-${key}` },
    };
    const call = problemOf(
      `/v1/projects/${project}`,
      { ...change, variables: settings({ writeMs: 1_500 }) },
      ada,
    );
    await lock.untilWaiting(1);
    const { headers, ...problem } = await call;
    expect(problem).toMatchObject({ status: 503, code: 'unavailable', detail: 'It took too long.' });
    expect(headers.get('retry-after')).toBe('1');
    await lock.release();

    // Comes after whatever still waited for the row.
    expect(
      (await ada.call(`/v1/projects/${project}`, { method: 'PATCH', body: { name: 'Next' } })).status,
    ).toBe(200);
    expect(await countRows('activity_logs', 'request_id = $1', [`late-${key}`])).toBe(0);
    expect(await countRows('idempotency_keys', 'key = $1', [key])).toBe(0);
    expect((await ada.call(`/v1/projects/${project}`, change)).status).toBe(200);
    expect(await countRows('activity_logs', 'request_id = $1', [`late-${key}`])).toBe(1);
  });

  it.each(['neon', 'redis'] as const)('does not wait for %s that never answers', async (store) => {
    const ada = await signUp();
    const faulty = await openFaultyStore(store);
    await faulty.set('black-hole');
    const patient = { CACHE_TIMEOUT_MS: '10000', LIMITER_TIMEOUT_MS: '10000' };
    const variables = { ...faulty.variables, ...patient, ...settings({ readMs: 400 }) };
    const problem = await problemOf('/v1/profile', { variables }, ada);
    expect(problem).toMatchObject({ status: 503, code: 'unavailable', detail: 'It took too long.' });
  });
});

describe('a client that goes', () => {
  it('ends its read', async () => {
    const ada = await signUp();
    const neon = await openFaultyStore('neon');
    await neon.set('black-hole');
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 200);
    const variables = { ...neon.variables, ...settings({ readMs: 120_000 }) };
    const { status } = await ada.send('/v1/profile', { variables, signal: gone.signal });
    expect(status).toBe(503);
  });

  it('does not end its write', async () => {
    const ada = await signUp();
    const project = await createProject(ada, 'Before');
    lock = await lockProject(project);
    const gone = new AbortController();
    const call = ada.call(`/v1/projects/${project}`, {
      method: 'PATCH',
      body: { name: 'After' },
      signal: gone.signal,
    });
    await lock.untilWaiting(1);
    gone.abort();
    await lock.release();
    expect((await call).status).toBe(200);
  });
});
