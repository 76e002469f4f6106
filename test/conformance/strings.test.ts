import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { openRest, type RestRedis } from './rest.ts';

describe.each(engines)('strings on the $name engine', (engine) => {
  let redis: RestRedis;
  beforeAll(async () => {
    redis = await openRest(engine);
  });
  afterAll(async () => {
    await redis?.close();
  });

  it('gives null for a missing key and the value after SET', async () => {
    const key = redis.key();
    expect(await redis.call('GET', key)).toBeNull();
    expect(await redis.call('SET', key, 'v')).toBe('OK');
    expect(await redis.call('GET', key)).toBe('v');
  });

  it('lets SET NX win once and SET XX only replace', async () => {
    const key = redis.key();
    expect(await redis.call('SET', key, '0', 'XX')).toBeNull();
    expect(await redis.call('set', key, '1', 'nx')).toBe('OK');
    expect(await redis.call('set', key, '2', 'nx')).toBeNull();
    expect(await redis.call('SET', key, '3', 'XX')).toBe('OK');
    expect(await redis.call('GET', key)).toBe('3');
  });

  it('returns the old value with SET GET', async () => {
    const key = redis.key();
    expect(await redis.call('SET', key, '1', 'GET')).toBeNull();
    expect(await redis.call('SET', key, '2', 'get')).toBe('1');
  });

  it('keeps the TTL with KEEPTTL and drops it with a plain SET', async () => {
    const key = redis.key();
    await redis.call('SET', key, '1', 'NX', 'EX', 100);
    await redis.call('SET', key, '2', 'KEEPTTL');
    expect(await redis.call('TTL', key)).toBe(100);
    await redis.call('SET', key, '3');
    expect(await redis.call('TTL', key)).toBe(-1);
  });

  it.each([
    [['BOGUS'], 'ERR syntax error'],
    [['NX', 'XX'], 'ERR syntax error'],
    [['EX', 10, 'KEEPTTL'], 'ERR syntax error'],
    [['EX', 0], "ERR invalid expire time in 'set' command"],
    [['EX', 'x'], 'ERR value is not an integer or out of range'],
  ])('refuses SET with %j', async (words, message) => {
    await expect(redis.call('SET', redis.key(), 'v', ...words)).rejects.toThrow(message);
  });

  it('sets and reads many keys, with null for what is missing', async () => {
    const [first, second] = [redis.key(), redis.key()];
    expect(await redis.call('MSET', first, 'a', second, 'b')).toBe('OK');
    expect(await redis.call('MGET', first, redis.key(), second)).toEqual(['a', null, 'b']);
    await expect(redis.call('MSET', first)).rejects.toThrow("wrong number of arguments for 'mset'");
  });

  it('counts up and down and keeps the TTL', async () => {
    const key = redis.key();
    expect(await redis.call('INCR', key)).toBe(1);
    await redis.call('EXPIRE', key, 30);
    expect(await redis.call('INCRBY', key, 41)).toBe(42);
    expect(await redis.call('DECR', key)).toBe(41);
    expect(await redis.call('DECRBY', key, 1)).toBe(40);
    expect(await redis.call('TTL', key)).toBe(30);
  });

  it('refuses to count text and to pass 64 bits', async () => {
    const key = redis.key();
    await redis.call('SET', key, 'abc');
    await expect(redis.call('INCR', key)).rejects.toThrow('ERR value is not an integer or out of range');
    await redis.call('SET', key, '9223372036854775807');
    await expect(redis.call('INCR', key)).rejects.toThrow('ERR increment or decrement would overflow');
  });

  it('counts exactly beyond the safe integers of JavaScript', async () => {
    const key = redis.key();
    await redis.call('SET', key, '9007199254740993');
    await redis.call('INCRBY', key, 2);
    expect(await redis.call('GET', key)).toBe('9007199254740995');
  });

  it('appends, measures in bytes and reads ranges', async () => {
    const key = redis.key();
    expect(await redis.call('APPEND', key, 'ü')).toBe(2);
    expect(await redis.call('APPEND', key, 'bc')).toBe(4);
    expect(await redis.call('STRLEN', key)).toBe(4);
    expect(await redis.call('GETRANGE', key, -2, -1)).toBe('bc');
  });

  it('takes a value with GETDEL and renews it with GETEX', async () => {
    const key = redis.key();
    await redis.call('SET', key, 'v');
    expect(await redis.call('GETEX', key, 'EX', 50)).toBe('v');
    expect(await redis.call('TTL', key)).toBe(50);
    expect(await redis.call('GETEX', key, 'PERSIST')).toBe('v');
    expect(await redis.call('TTL', key)).toBe(-1);
    expect(await redis.call('GETDEL', key)).toBe('v');
    expect(await redis.call('EXISTS', key)).toBe(0);
  });

  it('keeps every byte: UTF-8, NUL, and bytes that are not UTF-8', async () => {
    const key = redis.key();
    await redis.call('SET', key, 'ü✓😀\u0000x');
    expect((await redis.bytes(key)).toString()).toBe('ü✓😀\u0000x');
    await redis.evaluate('return redis.call("SET", KEYS[1], "\\0\\255\\128\\1")', [key]);
    expect((await redis.bytes(key)).toString('hex')).toBe('00ff8001');
  });

  it('holds a value of 5 MB', async () => {
    const key = redis.key();
    const value = 'x'.repeat(5 * 1024 * 1024);
    await redis.call('SET', key, value);
    expect((await redis.call('GET', key)) === value).toBe(true);
  });

  it('gives a lock to one of 50 callers and loses none of 200 increments', async () => {
    const [lock, counter] = [redis.key(), redis.key()];
    const tries = Array.from({ length: 50 }, (_, index) =>
      redis.call('SET', lock, index, 'NX', 'PX', 60_000),
    );
    expect((await Promise.all(tries)).filter((reply) => reply === 'OK')).toHaveLength(1);
    await Promise.all(Array.from({ length: 200 }, () => redis.call('INCR', counter)));
    expect(await redis.call('GET', counter)).toBe('200');
  });
});
