import { Ratelimit } from '@upstash/ratelimit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { openRest, type RestRedis } from './rest.ts';

/** So long that no window ends during a test; its TTL in ms also does not fit 32 bits. */
const LONG = '30 d';

const LIMITERS = [
  ['fixed window', (limit: number) => Ratelimit.fixedWindow(limit, LONG)],
  ['sliding window', (limit: number) => Ratelimit.slidingWindow(limit, LONG)],
  ['token bucket', (limit: number) => Ratelimit.tokenBucket(1, LONG, limit)],
] as const;

type Limiter = ReturnType<typeof Ratelimit.fixedWindow>;

describe.each(engines)('@upstash clients on the $name engine', (engine) => {
  let redis: RestRedis;
  beforeAll(async () => {
    redis = await openRest(engine);
  });
  afterAll(async () => {
    await redis?.close();
  });

  const build = (limiter: Limiter, dynamicLimits = false) =>
    new Ratelimit({
      redis: redis.client,
      limiter,
      prefix: redis.key(),
      ephemeralCache: false,
      dynamicLimits,
    });

  async function take(limiter: Ratelimit, times: number, rate = 1): Promise<[boolean, number][]> {
    const taken: [boolean, number][] = [];
    for (let time = 0; time < times; time++) {
      const { success, remaining } = await limiter.limit('user', { rate });
      taken.push([success, remaining]);
    }
    return taken;
  }

  const FOUR_OF_THREE = [
    [true, 2],
    [true, 1],
    [true, 0],
    [false, 0],
  ];

  it('stores objects, hashes and sorted sets through the Redis client', async () => {
    const [text, hash, ranking] = [redis.key(), redis.key(), redis.key()];
    const started = performance.now();
    await redis.client.set(text, { a: 'ü✓', n: 1 }, { ex: 60, nx: true });
    await redis.client.hset(hash, { a: 1, b: 'x' });
    await redis.client.zadd(ranking, { score: 1, member: 'm' }, { score: 2.5, member: 'n' });
    expect(await redis.client.get(text)).toEqual({ a: 'ü✓', n: 1 });
    const left = await redis.client.ttl(text);
    expect(left).toBeLessThanOrEqual(60);
    expect(left).toBeGreaterThanOrEqual(60 - Math.ceil((performance.now() - started) / 1_000));
    expect(await redis.client.hgetall(hash)).toEqual({ a: 1, b: 'x' });
    expect(await redis.client.zrange(ranking, 0, -1, { withScores: true })).toEqual(['m', 1, 'n', 2.5]);
  });

  it('runs pipelines, transactions and scripts through the Redis client', async () => {
    const key = redis.key();
    expect(await redis.client.pipeline().set(key, 1).incr(key).exec()).toEqual(['OK', 2]);
    expect(await redis.client.multi().incr(key).get(key).exec()).toEqual([3, 3]);
    const script = redis.client.createScript('return redis.call("INCRBY", KEYS[1], ARGV[1])');
    expect(await script.exec([key], ['4'])).toBe(7);
    expect(await script.exec([key], ['4'])).toBe(11);
  });

  it.each(LIMITERS)('limits by %s and tells what remains', async (_name, algorithm) => {
    const limiter = build(algorithm(3));
    expect(await take(limiter, 4)).toEqual(FOUR_OF_THREE);
    expect((await limiter.getRemaining('user')).remaining).toBe(0);
  });

  it.each(LIMITERS)('gives everything back on reset of a %s', async (_name, algorithm) => {
    const limiter = build(algorithm(3));
    await take(limiter, 1);
    expect((await limiter.getRemaining('user')).remaining).toBe(2);
    await limiter.resetUsedTokens('user');
    expect((await limiter.getRemaining('user')).remaining).toBe(3);
  });

  it.each(LIMITERS)('lets exactly 10 of 100 concurrent callers through a %s', async (_name, algorithm) => {
    const limiter = build(algorithm(10));
    const results = await Promise.all(Array.from({ length: 100 }, () => limiter.limit('user')));
    expect(results.filter(({ success }) => success)).toHaveLength(10);
  });

  it.each(LIMITERS)('takes more than one token at a time from a %s', async (_name, algorithm) => {
    const limiter = build(algorithm(3));
    expect((await take(limiter, 1, 2))[0]).toEqual([true, 1]);
    expect((await take(limiter, 1, 2))[0]?.[0]).toBe(false);
  });

  it.each(LIMITERS)('obeys a limit changed at run time for a %s', async (_name, algorithm) => {
    const limiter = build(algorithm(3), true);
    await limiter.setDynamicLimit({ limit: 1 });
    expect(await limiter.getDynamicLimit()).toEqual({ dynamicLimit: 1 });
    expect((await take(limiter, 2)).map(([success]) => success)).toEqual([true, false]);
  });

  it('refills a token bucket and slides a window on', async () => {
    for (const algorithm of [Ratelimit.tokenBucket(2, '200 ms', 2), Ratelimit.slidingWindow(2, '200 ms')]) {
      const limiter = build(algorithm);
      await take(limiter, 2);
      await expect
        .poll(async () => (await limiter.limit('user')).success, { timeout: 3000, interval: 50 })
        .toBe(true);
    }
  });

  it('keeps a long token bucket for as long as it takes to refill', async () => {
    const limiter = build(Ratelimit.tokenBucket(1, '1 d', 50));
    await limiter.limit('user', { rate: 30 });
    const [key] = await redis.client.keys('*:user');
    expect(key).toBeDefined();
    const longest = await Promise.all(
      (await redis.client.keys('*:user*')).map((name) => redis.client.pttl(name)),
    );
    expect(Math.max(...longest)).toBeGreaterThan(2 ** 31);
  });
});
