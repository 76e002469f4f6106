import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from '@upstash/redis/cloudflare';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedEngine, startGateway, type Gateway } from '../../../dev/redis/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLimiter, createLimiterMemory } from '../../../src/rate-limit/limiter.ts';
import type { Policy } from '../../../src/rate-limit/policies.ts';

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
function createIsolate(url = gateway.url) {
  const redis = new Redis({
    url,
    token: TOKEN,
    retry: false,
    enableTelemetry: false,
    enableAutoPipelining: false,
  });
  return createLimiter(redis, systemClock, createLimiterMemory(systemClock));
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

  it('judges each of two attempts by its own answer', async () => {
    canned = { status: 200, body: JSON.stringify([{ result: [3, 8] }, { error: 'WRONGTYPE' }]) };
    const pair = ['a', 'b'].map((key) => ({ policy: POLICY, key }));
    const verdicts = await createIsolate(serverUrl).take(pair);
    expect(verdicts.map(({ shared }) => shared?.remaining ?? null)).toEqual([3, null]);
  });
});
