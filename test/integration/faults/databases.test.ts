import { describe, expect, it, vi } from 'vitest';
import { type Call, createClient, createProject, signUp } from '../../helpers/client.ts';
import { FAULT_MODES } from '../../helpers/fault-modes.ts';
import { openFaultyDatabases } from '../../helpers/faults.ts';
import { countRows } from '../../helpers/sql.ts';

const FAULTS = FAULT_MODES.filter((mode) => mode !== 'ok');
const RECOVERY = { timeout: 15_000, interval: 200 };
/** Long enough for a busy machine, and shorter than the latency below. */
const SETTINGS = JSON.stringify({
  deadlines: { redisMs: 500, databaseReadMs: 1_500, databaseWriteMs: 1_500 },
  breaker: { failuresInARow: 5, pauseMs: 500 },
});
const LATENCY_MS = 3_000;

describe.each(FAULTS)('with a replica that shows the fault %s', (fault) => {
  it('the primary answers, and is left alone again when the replica is well', async () => {
    const { variables: endpoints, primary, replica } = await openFaultyDatabases();
    const variables = { ...endpoints, SETTINGS };
    const ada = await signUp();
    const project = `/v1/projects/${await createProject(ada, 'Before')}`;
    const images = async () => await ada.call(`${project}/images`, { variables });
    expect((await images()).status).toBe(200);
    await replica.set(fault, LATENCY_MS);
    for (let count = 0; count < 4; count++) {
      const { status, headers, body } = await images();
      expect([status, headers.get('darkroom-freshness'), body['data']]).toEqual([200, null, []]);
    }
    const change = { method: 'PATCH', body: { name: 'After' }, variables };
    expect((await ada.call(project, change)).status).toBe(200);
    expect((await ada.call(project, { variables })).body['name']).toBe('After');

    await replica.set('ok');
    await vi.waitUntil(async () => {
      const before = [await primary.calls(), await replica.calls()];
      expect((await images()).status).toBe(200);
      const after = [await primary.calls(), await replica.calls()];
      return after[0] === before[0] && after[1] !== before[1];
    }, RECOVERY);
  });
});

describe.each(FAULTS)('with a primary that shows the fault %s', (fault) => {
  it('reads are answered, changes are done whole or not at all, and all goes on when it is well', async () => {
    const { variables: endpoints, primary } = await openFaultyDatabases();
    const variables = { ...endpoints, SETTINGS };
    const ada = await signUp();
    const projectId = await createProject(ada, 'Before');
    const project = `/v1/projects/${projectId}`;
    for (let count = 0; count < 2; count++) expect((await ada.send(project, { variables })).status).toBe(200);
    await primary.set(fault, LATENCY_MS);

    const cached = await ada.call(project, { variables });
    expect(cached).toMatchObject({ status: 200, body: { name: 'Before' } });
    expect(cached.headers.has('ratelimit')).toBe(true);
    expect((await ada.call(`${project}/images`, { variables })).status).toBe(200);
    const key = crypto.randomUUID();
    const headers = { 'idempotency-key': key, 'x-request-id': key };
    const change: Call = { method: 'PATCH', body: { name: 'After' }, headers };
    const signIn = { body: { email: ada.email, password: ada.password }, variables };
    const refused = [
      await ada.call(project, { ...change, variables }),
      await createClient().call('/v1/auth/sign-in', signIn),
    ];
    for (const { status, headers, body } of refused) {
      expect({ status, body }).toMatchObject({ status: 503, body: { code: 'unavailable', retryable: true } });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const changes = await countRows('activity_logs', 'request_id = $1', [key]);
    expect(await countRows('projects', 'id = $1 and name = $2', [projectId, 'After'])).toBe(changes);

    await primary.set('ok');
    const again = await vi.waitUntil(async () => {
      const reply = await ada.call(project, { ...change, variables });
      return reply.status === 200 && reply;
    }, RECOVERY);
    expect(again.headers.has('idempotent-replayed')).toBe(changes === 1);
    expect(await countRows('activity_logs', 'request_id = $1', [key])).toBe(1);
    expect((await ada.call(project)).body['name']).toBe('After');
  });
});

describe('with neither primary nor replica', () => {
  it('what is cached is shown as stale, and the rest is refused', async () => {
    const { variables: endpoints, primary, replica } = await openFaultyDatabases();
    // Fresh for a tenth of a second, and a stand-in for six.
    const variables = { ...endpoints, SETTINGS, CACHE_TTL_SCALE: '0.01' };
    const ada = await signUp();
    const project = `/v1/projects/${await createProject(ada, 'Before')}`;
    for (let count = 0; count < 2; count++) expect((await ada.send(project, { variables })).status).toBe(200);
    await primary.set('reset');
    await replica.set('reset');
    const stale = await vi.waitUntil(async () => {
      const reply = await ada.call(project, { variables });
      expect(reply).toMatchObject({ status: 200, body: { name: 'Before' } });
      return reply.headers.has('darkroom-freshness') && reply;
    }, RECOVERY);
    expect(stale.headers.get('darkroom-freshness')).toBe('stale');
    const refused = await ada.call(`${project}/images`, { variables });
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
