import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedEngine, startGateway, type Gateway } from '../../../dev/redis/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLimiter, type LimiterOptions } from '../../../src/rate-limit/limiter.ts';
import { createLimiterMemory } from '../../../src/rate-limit/limiter-memory.ts';
import type { Policy } from '../../../src/rate-limit/policies.ts';
import { openRedis } from '../../helpers/redis-database.ts';

const POLICY: Policy = { name: 'test', limit: 8, windowSeconds: 600, localLimit: 2 };
const TOKEN = 'token';
const BOUND_MS = 600;

let gateway: Gateway;
let engine: Awaited<ReturnType<typeof createEmbeddedEngine>>;
let server: http.Server;
let serverUrl: string;
let requests: string[] = [];
/** What the broken server answers with; null for never. */
let canned: { status: number; body: string } | null = null;

beforeAll(async () => {
  engine = await createEmbeddedEngine();
  gateway = await startGateway({ engine, token: TOKEN });
  server = http.createServer((request, response) => {
    requests.push(request.url ?? '');
    request.resume();
    if (canned) response.writeHead(canned.status, { 'content-type': 'application/json' }).end(canned.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  serverUrl = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await gateway.close();
  await engine.close();
});

/** The limiter of a new isolate. */
function createIsolate(url = gateway.url, more: Partial<LimiterOptions> = {}) {
  return createLimiter({
    redis: openRedis([url], TOKEN),
    hasOwnDatabase: false,
    enabled: true,
    prefix: 'darkroom:limit',
    timeoutMs: 150,
    platform: {},
    clock: systemClock,
    memory: createLimiterMemory(systemClock),
    ...more,
  });
}

async function allowedOf(limiter: ReturnType<typeof createIsolate>, key: string, times: number) {
  let allowed = 0;
  for (let count = 0; count < times; count++) {
    const [verdict] = await limiter.take([{ policy: POLICY, key }]);
    if (verdict?.allowed) allowed++;
  }
  return allowed;
}

describe('the limiter over Redis', () => {
  it('counts for all isolates together, each key alone', async () => {
    const key = crypto.randomUUID();
    const isolates = [createIsolate(), createIsolate()] as const;
    expect(await allowedOf(isolates[0], key, 5)).toBe(5);
    expect(await allowedOf(isolates[1], key, 5)).toBe(3);
    expect(await allowedOf(isolates[0], key, 5)).toBe(0);
    expect(await allowedOf(isolates[0], `${key}-other`, 1)).toBe(1);
  });

  it('says how many are left, and when the window ends', async () => {
    const limiter = createIsolate();
    const key = crypto.randomUUID();
    const [first] = await limiter.take([{ policy: POLICY, key }]);
    expect(first).toMatchObject({ allowed: true, retryAfterSeconds: 0, shared: { remaining: 7 } });
    await allowedOf(limiter, key, 7);
    const [refused] = await limiter.take([{ policy: POLICY, key }]);
    expect(refused).toMatchObject({ allowed: false, shared: { remaining: 0 } });
    expect(refused?.retryAfterSeconds).toBeGreaterThan(0);
    expect(refused?.retryAfterSeconds).toBeLessThanOrEqual(600);
  });

  it('takes an attempt that was given back out of the count', async () => {
    const limiter = createIsolate();
    const key = crypto.randomUUID();
    for (let count = 0; count < 20; count++) {
      const [verdict] = await limiter.take([{ policy: POLICY, key }]);
      expect(verdict?.allowed).toBe(true);
      if (verdict) await limiter.giveBack(verdict);
    }
    expect(await allowedOf(limiter, key, 8)).toBe(8);
    const [refused] = await limiter.take([{ policy: POLICY, key }]);
    // It was not counted, so there is nothing to take out.
    if (refused) await limiter.giveBack(refused);
    expect(await allowedOf(createIsolate(), key, 1)).toBe(0);
  });

  it('judges two attempts in one round trip', async () => {
    requests = [];
    canned = { status: 200, body: JSON.stringify([{ result: [7, 8] }, { result: [-1, 8] }]) };
    const pair = ['a', 'b'].map((key) => ({ policy: POLICY, key }));
    expect((await createIsolate(serverUrl).take(pair)).map(({ allowed }) => allowed)).toEqual([true, false]);
    expect(requests).toEqual(['/pipeline']);
  });

  it('asks Redis no more about a key that is refused', async () => {
    requests = [];
    canned = { status: 200, body: JSON.stringify([{ result: [-1, 8] }]) };
    const limiter = createIsolate(serverUrl);
    expect(await allowedOf(limiter, 'a', 5)).toBe(0);
    expect(requests).toHaveLength(1);
  });

  it('puts its checks into the trip of another, at once', async () => {
    requests = [];
    canned = { status: 200, body: JSON.stringify([{ result: 'x' }, { result: [7, 8] }, { result: [3, 8] }]) };
    const batch = openRedis([serverUrl], TOKEN).open();
    const value = batch.add((list) => list.get('other'));
    const verdicts = createIsolate(serverUrl).enqueue(batch, [
      { policy: POLICY, key: 'a' },
      { policy: POLICY, key: 'b' },
    ]);
    await batch.send();
    expect(await value).toBe('x');
    expect((await verdicts).map(({ shared }) => shared?.remaining)).toEqual([7, 3]);
    expect(requests).toEqual(['/pipeline']);
  });

  it('goes to a database of its own beside that trip', async () => {
    requests = [];
    canned = { status: 200, body: JSON.stringify([{ result: [7, 8] }]) };
    const batch = openRedis([gateway.url], TOKEN).open();
    const own = createIsolate(serverUrl, { hasOwnDatabase: true });
    expect(await own.enqueue(batch, [{ policy: POLICY, key: 'a' }])).toMatchObject([{ source: 'redis' }]);
    expect(requests).toEqual(['/pipeline']);
  });

  it('does not ask at all when it is switched off', async () => {
    requests = [];
    const limiter = createIsolate(serverUrl, { enabled: false });
    expect(await allowedOf(limiter, 'a', 20)).toBe(20);
    expect(requests).toEqual([]);
  });

  it('lets exactly as many through as are allowed when a hundred come at once', async () => {
    const key = crypto.randomUUID();
    // A busy machine takes longer than the deadline for a hundred requests.
    const isolates = Array.from({ length: 4 }, () => createIsolate(gateway.url, { timeoutMs: 30_000 }));
    const verdicts = await Promise.all(
      Array.from({ length: 25 }, () =>
        isolates.map((isolate) => isolate.take([{ policy: POLICY, key }])),
      ).flat(),
    );
    expect(verdicts.flat().filter(({ allowed }) => allowed)).toHaveLength(POLICY.limit);
  });
});

describe('keys with a limit of their own', () => {
  const PLANNED: Policy = {
    ...POLICY,
    name: 'planned',
    nameOf: (limit) => (limit === 8 ? 'small' : limit === 12 ? 'large' : null),
  };
  const take = async (limiter: ReturnType<typeof createIsolate>, key: string) =>
    (await limiter.take([{ policy: PLANNED, key }]))[0];

  it('have the default until Redis knows more, and then theirs, in all isolates', async () => {
    const key = crypto.randomUUID();
    const [one, other] = [createIsolate(), createIsolate()];
    expect(await take(one, key)).toMatchObject({ name: 'small', limit: 8, shared: { remaining: 7 } });
    await one.setKeyLimit(PLANNED, key, 12);
    expect(await take(other, key)).toMatchObject({ name: 'large', limit: 12, shared: { remaining: 10 } });
    expect(await take(other, crypto.randomUUID())).toMatchObject({ name: 'small', limit: 8 });
  });

  it('are let in again at once when their limit is raised', async () => {
    const key = crypto.randomUUID();
    const limiter = createIsolate();
    for (let count = 0; count < 9; count++) await take(limiter, key);
    expect(await take(limiter, key)).toMatchObject({ allowed: false, name: 'small' });
    await limiter.setKeyLimit(PLANNED, key, 12);
    expect(await take(limiter, key)).toMatchObject({ allowed: true, shared: { remaining: 3 } });
  });

  it('are judged by the isolate when Redis holds a limit that nobody can have', async () => {
    const key = crypto.randomUUID();
    const limiter = createIsolate();
    await limiter.setKeyLimit(PLANNED, key, 13);
    expect(await take(limiter, key)).toMatchObject({ source: 'isolate', shared: null });
    const batch = openRedis([gateway.url], TOKEN).open();
    const set = batch.add((list) => list.set(`darkroom:limit:limit-of:planned:${key}`, 'many'));
    await batch.send();
    await set;
    expect(await take(limiter, key)).toMatchObject({ source: 'isolate', shared: null });
  });
});

describe('when Redis gives no verdict', () => {
  it.each([
    ['HTTP 500', 500, 'boom'],
    ['a refused token', 401, '{"error":"WRONGPASS"}'],
    ['HTML', 200, '<html></html>'],
    ['half of the JSON', 200, '[{"res'],
    ['no answers', 200, '[]'],
    ['an object', 200, '{"result":"aborted"}'],
    ['an error of Redis', 200, '[{"error":"OOM command not allowed"}]'],
    ['a result that is null', 200, '[{"result":null}]'],
    ['a text', 200, '[{"result":"-1"}]'],
    ['numbers as text', 200, '[{"result":["x","8"]}]'],
    ['a fraction', 200, '[{"result":[0.5,8]}]'],
    ['nothing left', 200, '[{"result":[null,8]}]'],
    ['the limit of another policy', 200, '[{"result":[-1,0]}]'],
    ['one number', 200, '[{"result":[-1]}]'],
  ])('(%s) the isolate judges alone, more strictly, and remembers no block', async (_fault, status, body) => {
    canned = { status, body };
    const limiter = createIsolate(serverUrl);
    const attempt = { policy: POLICY, key: 'a' };
    const verdicts = [];
    for (let count = 0; count < 3; count++) verdicts.push(...(await limiter.take([attempt])));
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, true, false]);
    for (const verdict of verdicts) expect(verdict).toMatchObject({ shared: null, fault: expect.any(Error) });
    expect(verdicts[2]?.retryAfterSeconds).toBeGreaterThan(0);
    for (const verdict of verdicts) await limiter.giveBack(verdict);
    canned = { status: 200, body: JSON.stringify([{ result: [5, 8] }]) };
    expect(await limiter.take([attempt])).toMatchObject([{ allowed: true, shared: { remaining: 5 } }]);
  });

  it('waits no longer than its deadline', async () => {
    canned = null;
    const started = performance.now();
    expect(await createIsolate(serverUrl).take([{ policy: POLICY, key: 'a' }])).toMatchObject([
      { allowed: true, shared: null },
    ]);
    expect(performance.now() - started).toBeLessThan(BOUND_MS);
  });

  it('asks the platform first, and counts by it', async () => {
    canned = { status: 500, body: 'boom' };
    const asked: string[] = [];
    const counter: RateLimit = {
      async limit({ key }) {
        asked.push(key);
        return { success: asked.length < 3 };
      },
    };
    const limiter = createIsolate(serverUrl, { platform: { LIMIT_ACCOUNTS: counter } });
    const check = { policy: { ...POLICY, platform: 'LIMIT_ACCOUNTS' as const }, key: 'a' };
    const verdicts = [];
    for (let count = 0; count < 3; count++) verdicts.push(...(await limiter.take([check])));
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, true, false]);
    expect(verdicts[2]).toMatchObject({ source: 'platform', shared: null, retryAfterSeconds: 600 });
    expect(asked).toEqual(['test:a', 'test:a', 'test:a']);
  });

  it('judges alone, more strictly, when the platform does not answer either', async () => {
    canned = { status: 500, body: 'boom' };
    const platform = { LIMIT_ACCOUNTS: { limit: () => new Promise<never>(() => undefined) } };
    const limiter = createIsolate(serverUrl, { platform });
    const check = { policy: { ...POLICY, platform: 'LIMIT_ACCOUNTS' as const }, key: 'a' };
    const verdicts = [];
    for (let count = 0; count < 3; count++) verdicts.push(...(await limiter.take([check])));
    expect(verdicts.map(({ allowed, source }) => [allowed, source])).toEqual([
      [true, 'isolate'],
      [true, 'isolate'],
      [false, 'isolate'],
    ]);
    expect(verdicts[0]?.fault).toBeInstanceOf(AggregateError);
  });

  it('judges each of two attempts by its own answer', async () => {
    canned = { status: 200, body: JSON.stringify([{ result: [3, 8] }, { error: 'WRONGTYPE' }]) };
    const pair = ['a', 'b'].map((key) => ({ policy: POLICY, key }));
    const verdicts = await createIsolate(serverUrl).take(pair);
    expect(verdicts.map(({ shared }) => shared?.remaining ?? null)).toEqual([3, null]);
  });
});
