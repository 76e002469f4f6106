import { describe, expect, it, vi } from 'vitest';
import { type Call, type Client, createClient, signUp } from '../helpers/client.ts';
import { FAULT_MODES } from '../helpers/fault-modes.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';

/** The figures of a deployment. */
const DEPLOYED = { LIMITER_SCALE: '1' };
/** Under the time that a fault may cost a request, with room for a busy machine. */
const BOUND_MS = 5_000;

/** A new minute in the middle of a count would give some of it back. */
async function waitForRoom(): Promise<void> {
  await vi.waitUntil(() => Date.now() % 60_000 < 45_000, { timeout: 20_000 });
}

/** A busy machine may take longer than Redis is waited for; then the platform counts. */
async function untilRedisCounts(call: Call): Promise<void> {
  const isCounted = async () => (await createClient().send('/v1/projects', call)).headers.has('ratelimit');
  await vi.waitUntil(isCounted, { timeout: 15_000, interval: 200 });
}

/** The statuses of `times` requests of one client, some at a time. */
async function send(client: ReturnType<typeof createClient>, times: number, path: string, call: Call = {}) {
  const statuses: number[] = [];
  for (let sent = 0; sent < times; sent += 10) {
    const some = Array.from({ length: Math.min(10, times - sent) }, () =>
      client.send(path, { leaveBackground: true, ...call }),
    );
    for (const { status } of await Promise.all(some)) statuses.push(status);
  }
  return statuses;
}

const countOf = (statuses: number[], wanted: number) => statuses.filter((status) => status === wanted).length;
const randomToken = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');

describe('requests without credentials', () => {
  it('are 60 a minute of one address, and of another one its own 60', async () => {
    await waitForRoom();
    const client = createClient();
    const call = { variables: DEPLOYED };
    const statuses = await send(client, 65, '/v1/projects', call);
    expect([countOf(statuses, 401), countOf(statuses, 429)]).toEqual([60, 5]);
    const problem = await problemOf('/v1/projects', call, client);
    expect(problem).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(problem.headers.get('ratelimit-policy')).toBe('"anonymous";q=60;w=60');
    expect(problem.headers.get('ratelimit')).toMatch(/^"anonymous";r=0;t=\d+$/);
    const retryAfter = Number(problem.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect((await createClient().send('/v1/projects', call)).status).toBe(401);
  });
});

/** So that Redis judges also on a busy machine. */
const PATIENT = { ...DEPLOYED, CACHE_TIMEOUT_MS: '20000', LIMITER_TIMEOUT_MS: '20000' };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const badKey = () => bearer(`dk_live_${randomToken()}`);

const newAddress = () => `203.0.113.${1 + Math.floor(Math.random() * 254)}`;
const from = (address: string) => ({ 'cf-connecting-ip': address });

/** The statuses of requests that are all under way at once. */
async function burst(count: number, send: (index: number) => [Client, Call]): Promise<number[]> {
  const replies = Array.from({ length: count }, async (_, index) => {
    const [client, call] = send(index);
    return await client.send('/v1/profile', {
      variables: PATIENT,
      leaveBackground: true,
      isUntold: true,
      ...call,
    });
  });
  return (await Promise.all(replies)).map(({ status }) => status);
}

/** How many bad credentials of a client are still judged, of 60. */
async function countLeft(client: Client, headers: Record<string, string> = {}): Promise<number> {
  const statuses = await burst(70, () => [client, { headers: { ...badKey(), ...headers } }]);
  return countOf(statuses, 401);
}

describe('credentials that are no good', () => {
  it.each([
    ['made up', badKey],
    ['the same', () => bearer(`dk_live_${'x'.repeat(43)}`)],
    ['no tokens at all', () => bearer('not.a.token')],
  ])('(%s) are no more than 60 when 200 come at once', async (_, headers) => {
    await waitForRoom();
    const client = createClient();
    const statuses = await burst(200, () => [client, { headers: headers() }]);
    expect([countOf(statuses, 401), countOf(statuses, 429)]).toEqual([60, 140]);
  });

  it('are no more than 60 at once of a session that was good a moment ago', async () => {
    await waitForRoom();
    const ada = await signUp();
    const headers = { cookie: ada.cookie };
    expect((await ada.send('/v1/profile', { variables: PATIENT })).status).toBe(200);
    expect((await ada.send('/v1/auth/sign-out', { method: 'POST', variables: PATIENT })).status).toBe(204);
    const address = from(newAddress());
    const statuses = await burst(100, () => [createClient(), { headers: { ...headers, ...address } }]);
    expect([countOf(statuses, 401), countOf(statuses, 429)]).toEqual([60, 40]);
  });

  it('are not those of the good ones that come from their address, whom nobody knows yet', async () => {
    await waitForRoom();
    const office = from(newAddress());
    for (let tens = 0; tens < 7; tens++) {
      const people = await Promise.all(Array.from({ length: 10 }, async () => await signUp()));
      const call = { headers: office, variables: PATIENT };
      const replies = await Promise.all(people.map((person) => person.send('/v1/profile', call)));
      expect(replies.map(({ status }) => status)).toEqual(people.map(() => 200));
    }
    expect(await countLeft(createClient(), office)).toBe(60);
  });

  it('are one while a program that is good begins with a hundred requests', async () => {
    await waitForRoom();
    const ada = await signUp();
    const statuses = await burst(100, () => [ada, {}]);
    expect(countOf(statuses, 200)).toBe(100);
    expect(await countLeft(ada)).toBe(60);
  });

  it('are not those that nobody could judge', async () => {
    await waitForRoom();
    const client = createClient();
    const nowhere = 'postgres://darkroom_app:x@127.0.0.1:1/nowhere';
    const variables = { ...PATIENT, DATABASE_URL: nowhere, DATABASE_REPLICA_URL: nowhere };
    for (let count = 0; count < 5; count++)
      expect((await client.send('/v1/profile', { headers: badKey(), variables })).status).toBe(503);
    expect(await countLeft(client)).toBe(60);
  });

  it('are limited by address before anybody is looked up, however many are tried', async () => {
    await waitForRoom();
    const client = createClient();
    const statuses: number[] = [];
    for (let count = 0; count < 62; count++) {
      const headers = { authorization: `Bearer dk_live_${randomToken()}` };
      statuses.push((await client.send('/v1/profile', { headers, variables: DEPLOYED })).status);
    }
    expect([countOf(statuses, 401), countOf(statuses, 429)]).toEqual([60, 2]);
    const headers = { authorization: 'Bearer not.a.token' };
    const logged = vi.spyOn(console, 'info').mockImplementation(() => undefined);
    const refused = await problemOf('/v1/profile', { headers, variables: DEPLOYED }, client);
    const said = logged.mock.calls.flat().map((line): unknown => JSON.parse(String(line)));
    logged.mockRestore();
    expect(said).toContainEqual(expect.objectContaining({ status: 429, refusedBy: 'bad-credentials' }));
    expect(refused.headers.get('ratelimit')).toContain('"bad-credentials";r=0;');
  });

  it('are not those of somebody who may not do what they ask for', async () => {
    const ada = await signUp();
    for (let count = 0; count < 3; count++) {
      const body = { currentPassword: 'a guess', newPassword: 'correct horse battery' };
      expect((await ada.send('/v1/profile/password', { body })).status).toBe(401);
    }
    const { headers } = await ada.send('/v1/profile');
    expect(headers.get('ratelimit-policy')).toBe('"free";q=6000;w=60');
  });
});

describe('requests that cost more than others', () => {
  it.each([
    ['GET', '/v1/projects/prj_1/export?format=jsonl', 'export', 10],
    ['POST', '/v1/jobs/job_1/start', 'job-start', 30],
    ['POST', '/v1/jobs/job_1/retry', 'job-start', 30],
  ])('(%s %s) have the extra limit %s of %s a minute', async (method, path, name, limit) => {
    await waitForRoom();
    const ada = await signUp();
    const call = { method, variables: { ...DEPLOYED } };
    const { headers } = await ada.send(path, call);
    expect(headers.get('ratelimit-policy')).toBe(`"free";q=600;w=60, "${name}";q=${limit};w=60`);
    expect(headers.get('ratelimit')).toMatch(new RegExp(`, "${name}";r=${limit - 1};t=\\d+$`));
    const statuses = await send(ada, limit + 4, path, call);
    expect(countOf(statuses, 429)).toBe(5);
    expect((await ada.send('/v1/profile', { variables: DEPLOYED })).status).toBe(200);
  });
});

describe('limits that are switched off', () => {
  it('count nothing and say nothing', async () => {
    const statuses = await send(createClient(), 70, '/v1/projects', {
      variables: { ...DEPLOYED, LIMITER_ENABLED: 'off' },
    });
    expect(countOf(statuses, 401)).toBe(70);
    const { headers } = await createClient().send('/v1/projects', { variables: { LIMITER_ENABLED: 'off' } });
    expect(headers.has('ratelimit')).toBe(false);
  });
});

const FAULTS = FAULT_MODES.filter((mode) => mode !== 'ok');

describe.each(FAULTS)('with a Redis that shows the fault %s', (fault) => {
  it("requests are counted by the platform's limiter, in bounded time, without headers, until it is well", async () => {
    const redis = await openFaultyStore('redis');
    const client = createClient();
    const call = { variables: { ...redis.variables, ...DEPLOYED } };
    await untilRedisCounts(call);
    await redis.set(fault);
    const logged = vi.spyOn(console, 'info').mockImplementation(() => undefined);
    await waitForRoom();
    const started = Date.now();
    const statuses = await send(client, 65, '/v1/projects', call);
    expect(Date.now() - started).toBeLessThan(BOUND_MS);
    expect([countOf(statuses, 401), countOf(statuses, 429)]).toEqual([60, 5]);
    const refused = await client.send('/v1/projects', call);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(refused.headers.has('ratelimit')).toBe(false);
    expect(refused.headers.has('ratelimit-policy')).toBe(false);
    const said = logged.mock.calls.flat().map((line): unknown => JSON.parse(String(line)));
    expect(said).toContainEqual(
      expect.objectContaining({
        limiter: 'platform:anonymous',
        limiterFault: expect.stringMatching(/^\w*Error: /),
      }),
    );
    logged.mockRestore();
    await redis.set('ok');
    await untilRedisCounts(call);
  });
});
