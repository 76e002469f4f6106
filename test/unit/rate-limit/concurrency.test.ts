import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedEngine, type Gateway, startGateway } from '../../../dev/redis/index.ts';
import { type ConcurrencyOptions, createConcurrency, PLACE_MS } from '../../../src/rate-limit/concurrency.ts';
import { createLocalPlaces } from '../../../src/rate-limit/local-places.ts';
import { fakeClock } from '../../helpers/fakes/clock.ts';
import { openRedis } from '../../helpers/redis-database.ts';

const TOKEN = 'token';
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1';

let gateway: Gateway;
let engine: Awaited<ReturnType<typeof createEmbeddedEngine>>;

beforeAll(async () => {
  engine = await createEmbeddedEngine();
  gateway = await startGateway({ engine, token: TOKEN });
});
afterAll(async () => {
  await gateway.close();
  await engine.close();
});

/** The places as a new isolate sees them. */
function createIsolate(
  clock = fakeClock(Date.now()),
  more: Partial<ConcurrencyOptions> = {},
  url = gateway.url,
) {
  const concurrency = createConcurrency({
    redis: openRedis([url], TOKEN),
    enabled: true,
    prefix: 'test',
    timeoutMs: 10_000,
    clock,
    local: createLocalPlaces(clock),
    sleep: async () => undefined,
    ...more,
  });
  return {
    take: (account: string, most = 2) => concurrency.take('export', account, most),
    concurrency,
    clock,
  };
}

describe('the places of an account', () => {
  it('are shared by all isolates, and by nobody else', async () => {
    const account = crypto.randomUUID();
    const [one, other] = [createIsolate(), createIsolate()];
    const first = await one.take(account);
    expect(await other.take(account)).not.toBeNull();
    expect(await one.take(account)).toBeNull();
    expect(await other.take(account)).toBeNull();
    expect(await other.take(crypto.randomUUID())).not.toBeNull();
    expect(await other.concurrency.take('upload', account, 2)).not.toBeNull();
    await first?.release();
    await first?.release();
    expect(await other.take(account)).not.toBeNull();
    expect(await one.take(account)).toBeNull();
  });

  it('are as many as there are, however many come at once', async () => {
    const account = crypto.randomUUID();
    const isolates = [createIsolate(), createIsolate()];
    const places = await Promise.all(
      Array.from({ length: 20 }, (_, index) => isolates[index % 2]?.take(account, 5)),
    );
    expect(places.filter((place) => place !== null)).toHaveLength(5);
  });

  it('are free again when their holder is not heard of, and not while it is', async () => {
    const account = crypto.randomUUID();
    const { take, clock } = createIsolate();
    const [kept, lost] = [await take(account), await take(account)];
    expect(lost).not.toBeNull();
    await clock.advance(PLACE_MS - 1);
    expect(await take(account)).toBeNull();
    await kept?.renew();
    await clock.advance(1);
    expect(await take(account)).not.toBeNull();
    expect(await take(account)).toBeNull();
  });

  it('do not exist when the limits are switched off', async () => {
    const { take } = createIsolate(undefined, { enabled: false }, NOWHERE);
    for (let count = 0; count < 5; count++) {
      const place = await take('somebody', 1);
      await place?.renew();
      await place?.release();
      expect(place).not.toBeNull();
    }
  });
});

describe('without Redis', () => {
  it('an isolate counts by itself, and frees by itself', async () => {
    const { take, clock } = createIsolate(undefined, {}, NOWHERE);
    const first = await take('somebody');
    expect(await take('somebody')).not.toBeNull();
    expect(await take('somebody')).toBeNull();
    expect(await take('somebody else')).not.toBeNull();
    await expect(first?.release()).rejects.toThrow();
    expect(await take('somebody')).not.toBeNull();
    expect(await take('somebody')).toBeNull();
    await clock.advance(PLACE_MS);
    expect(await take('somebody')).not.toBeNull();
  });

  it('a place that Redis gave too late is given back there, too', async () => {
    const account = crypto.randomUUID();
    const late = createIsolate(undefined, { timeoutMs: 0 });
    const place = await late.take(account, 1);
    expect(place).not.toBeNull();
    const { take } = createIsolate();
    // With this deadline every answer is late, also that of the release, which Redis has done nevertheless.
    await expect(place?.release()).rejects.toThrow('did not answer within 0 ms');
    await expect.poll(async () => await take(account, 1)).not.toBeNull();
  });
});

describe('a place that Redis does not take back at once', () => {
  /** A Redis that fails the next `failures.left` trips. */
  function openFailing() {
    const redis = openRedis([gateway.url], TOKEN);
    const nowhere = openRedis([NOWHERE], TOKEN);
    const failures = { left: 0 };
    const open = () => (failures.left-- > 0 ? nowhere.open() : redis.open());
    return { failures, redis: { ...redis, open } };
  }

  it('is given back a moment later', async () => {
    const { failures, redis } = openFailing();
    const pauses: number[] = [];
    const isolate = createIsolate(undefined, { redis, sleep: async (ms) => void pauses.push(ms) });
    const account = crypto.randomUUID();
    const place = await isolate.take(account, 1);
    failures.left = 2;
    await place?.release();
    expect(pauses).toEqual([1_000, 2_000]);
    expect(await isolate.take(account, 1)).not.toBeNull();
  });

  it('is left to expire when Redis stays away', async () => {
    const { failures, redis } = openFailing();
    const isolate = createIsolate(undefined, { redis });
    const account = crypto.randomUUID();
    const place = await isolate.take(account, 1);
    failures.left = 3;
    await expect(place?.release()).rejects.toThrow();
    expect(await isolate.take(account, 1)).toBeNull();
  });
});
