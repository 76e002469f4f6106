import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { openRest, type RestRedis } from './rest.ts';

describe.each(engines)('keys and expiry on the $name engine', (engine) => {
  let redis: RestRedis;
  beforeAll(async () => {
    redis = await openRest(engine);
  });
  afterAll(async () => {
    await redis?.close();
  });

  it('lets a value expire and reports its remaining time until then', async () => {
    const key = redis.key();
    await redis.call('SET', key, '1', 'PX', 250);
    expect(await redis.call('PTTL', key)).toSatisfy((ms: number) => ms > 0 && ms <= 250);
    await expect.poll(() => redis.call('GET', key), { timeout: 3000, interval: 20 }).toBeNull();
    expect(await redis.call('TTL', key)).toBe(-2);
  });

  it('lets a hash expire as a whole', async () => {
    const key = redis.key();
    await redis.call('HSET', key, 'a', 1);
    expect(await redis.call('PEXPIRE', key, 50)).toBe(1);
    await expect.poll(() => redis.call('HGETALL', key), { timeout: 3000, interval: 20 }).toEqual([]);
  });

  it('tells a missing key (-2) from one without expiry (-1)', async () => {
    const key = redis.key();
    expect(await redis.call('TTL', key)).toBe(-2);
    expect(await redis.call('EXPIRE', key, 5)).toBe(0);
    await redis.call('SET', key, '1');
    expect(await redis.call('PTTL', key)).toBe(-1);
    expect(await redis.call('EXPIRE', key, 10)).toBe(1);
    expect(await redis.call('PERSIST', key)).toBe(1);
    expect(await redis.call('TTL', key)).toBe(-1);
  });

  it('obeys NX, XX, GT and LT of EXPIRE', async () => {
    const key = redis.key();
    await redis.call('SET', key, '1', 'EX', 10);
    expect(await redis.call('EXPIRE', key, 50, 'NX')).toBe(0);
    expect(await redis.call('EXPIRE', key, 50, 'GT')).toBe(1);
    expect(await redis.call('EXPIRE', key, 60, 'LT')).toBe(0);
    expect(await redis.call('EXPIRE', key, 40, 'XX')).toBe(1);
    expect(await redis.call('TTL', key)).toBe(40);
    await expect(redis.call('EXPIRE', key, 40, 'Q')).rejects.toThrow('ERR Unsupported option Q');
  });

  it('deletes at once with a time in the past', async () => {
    const key = redis.key();
    await redis.call('SET', key, '1');
    expect(await redis.call('EXPIRE', key, -1)).toBe(1);
    expect(await redis.call('EXISTS', key)).toBe(0);
  });

  it('refuses an expiry beyond 64 bits', async () => {
    const key = redis.key();
    await redis.call('SET', key, '1');
    await expect(redis.call('EXPIRE', key, '9223372036854775807')).rejects.toThrow('invalid expire time');
  });

  it('deletes, counts, names the type of, and renames keys', async () => {
    const [first, second] = [redis.key(), redis.key()];
    await redis.call('MSET', first, 'a', second, 'b');
    expect(await redis.call('EXISTS', first, first, redis.key())).toBe(2);
    expect(await redis.call('TYPE', first)).toBe('string');
    expect(await redis.call('RENAME', first, second)).toBe('OK');
    expect(await redis.call('GET', second)).toBe('a');
    expect(await redis.call('DEL', first, second)).toBe(1);
    expect(await redis.call('TYPE', second)).toBe('none');
  });

  it('finds every key with SCAN although others come and go meanwhile', async () => {
    const prefix = redis.key();
    const names = Array.from({ length: 30 }, (_, index) => `${prefix}:${index}`);
    await redis.batch(
      '/pipeline',
      names.flatMap((name) => [
        ['SET', name, 1],
        ['SET', `${name}:brief`, 1],
      ]),
    );
    const found = new Set<unknown>();
    let cursor = '0';
    do {
      const reply = await redis.client.scan(cursor, { match: `${prefix}:*`, count: 7 });
      cursor = reply[0];
      for (const name of reply[1]) found.add(name);
      await redis.batch('/pipeline', [['DEL', ...names.slice(0, found.size).map((name) => `${name}:brief`)]]);
    } while (cursor !== '0');
    expect(names.filter((name) => !found.has(name))).toEqual([]);
  });

  it.each([
    ['h?llo', ['hallo', 'hello']],
    ['h[^e]llo', ['hallo']],
    ['h[a-b]llo', ['hallo']],
    ['h\\?llo', []],
    ['*l*l*', ['hallo', 'hello']],
  ])('matches the pattern %s', async (pattern, expected) => {
    const prefix = redis.key();
    await redis.call('MSET', `${prefix}:hallo`, 1, `${prefix}:hello`, 1);
    const keys = await redis.call('KEYS', `${prefix}:${pattern}`);
    expect(keys).toSatisfy(
      (list: string[]) => list.sort().join() === expected.map((name) => `${prefix}:${name}`).join(),
    );
  });

  it('refuses a wrong cursor and a COUNT of zero', async () => {
    await expect(redis.call('SCAN', 'x')).rejects.toThrow('ERR invalid cursor');
    await expect(redis.call('SCAN', 0, 'COUNT', 0)).rejects.toThrow('ERR syntax error');
  });
});
