import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEmbeddedEngine, startGateway } from '../../dev/redis/index.ts';
import { type FaultProxy, startFaultProxy } from '../helpers/fault-proxy.ts';
import { createProductionWorkers, type ProductionWorkers } from '../helpers/production-workers.ts';
import { startStores, type Stores } from '../helpers/stores.ts';

const TOKEN = 'test-token';
const SETTINGS = JSON.stringify({ breaker: { failuresInARow: 3, pauseMs: 500 } });
/** Of a deployment, each minute for one address. */
const ANONYMOUS = 60;
/** So seldom that the second one does not come to where the first one was. */
const RECOVERY = { timeout: 15_000, interval: 500 };
/** Requests that the first one counts. */
const BEFORE = 40;

let stores: Stores;
let first: FaultProxy;
let workers: ProductionWorkers;
let url: string;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  stores = await startStores();
  stops.push(() => stores.stop());
  const engine = await createEmbeddedEngine();
  stops.push(() => engine.close());
  const second = await startGateway({ engine, token: TOKEN });
  stops.push(() => second.close());
  first = await startFaultProxy(stores.variables['UPSTASH_REDIS_REST_URL'] ?? '');
  stops.push(() => first.close());
  workers = await createProductionWorkers();
  stops.push(() => workers.stop());
  url = await workers.start({
    ...stores.variables,
    UPSTASH_REDIS_REST_URL: first.url,
    UPSTASH_REDIS_SECOND_REST_URL: second.url,
    UPSTASH_REDIS_SECOND_REST_TOKEN: TOKEN,
    CACHE_TIMEOUT_MS: '500',
    LIMITER_TIMEOUT_MS: '500',
    LIMITER_SCALE: '1',
    SETTINGS,
  });
});

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

/** What is left of the limit of this address, by the Redis that counts; null while none does. */
async function ask(): Promise<number | null> {
  const reply = await fetch(`${url}/v1/projects`, { signal: AbortSignal.timeout(60_000) });
  await reply.body?.cancel();
  expect(reply.status).toBe(401);
  const left = /r=(\d+)/.exec(reply.headers.get('ratelimit') ?? '')?.[1];
  return left === undefined ? null : Number(left);
}

describe('the Worker as it is deployed, with a second Redis', () => {
  it('counts by the second one while the first is down, and goes on where the first one was', async () => {
    // One window of the limit holds all of it.
    await vi.waitUntil(() => Date.now() % 60_000 < 30_000, { timeout: 31_000 });
    for (let count = 1; count < BEFORE; count++) await ask();
    expect(await ask()).toBe(ANONYMOUS - BEFORE);
    await first.set('black-hole');
    await vi.waitUntil(async () => (await ask()) !== null, RECOVERY);
    expect(await ask()).toBe(ANONYMOUS - 2);
    await first.set('ok');
    await vi.waitUntil(async () => ((await ask()) ?? ANONYMOUS) < ANONYMOUS - BEFORE, RECOVERY);
  });
});
