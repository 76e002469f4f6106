import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { openRest, type RestRedis } from './rest.ts';

describe.each(engines)('hashes, sets and sorted sets on the $name engine', (engine) => {
  let redis: RestRedis;
  beforeAll(async () => {
    redis = await openRest(engine);
  });
  afterAll(async () => {
    await redis?.close();
  });

  it('stores the fields of a hash', async () => {
    const key = redis.key();
    expect(await redis.call('HSET', key, 'a', 1, 'b', 'x')).toBe(2);
    expect(await redis.call('HSET', key, 'a', 2)).toBe(0);
    expect(await redis.call('HGET', key, 'a')).toBe('2');
    expect(await redis.call('HGETALL', key)).toEqual(['a', '2', 'b', 'x']);
    expect(await redis.call('HMGET', key, 'a', 'none', 'b')).toEqual(['2', null, 'x']);
    await expect(redis.call('HSET', key, 'a')).rejects.toThrow("wrong number of arguments for 'hset'");
  });

  it('counts in a hash field and refuses text', async () => {
    const key = redis.key();
    expect(await redis.call('HINCRBY', key, 'n', 5)).toBe(5);
    expect(await redis.call('HINCRBY', key, 'n', -7)).toBe(-2);
    await redis.call('HSET', key, 't', 'x');
    await expect(redis.call('HINCRBY', key, 't', 1)).rejects.toThrow('ERR hash value is not an integer');
  });

  it('removes a collection with its last member', async () => {
    const [hash, set, ranking] = [redis.key(), redis.key(), redis.key()];
    await redis.call('HSET', hash, 'a', 1);
    await redis.call('SADD', set, 'a');
    await redis.call('ZADD', ranking, 1, 'a');
    expect(await redis.call('HDEL', hash, 'a', 'none')).toBe(1);
    expect(await redis.call('SREM', set, 'a', 'none')).toBe(1);
    expect(await redis.call('ZREM', ranking, 'a', 'none')).toBe(1);
    expect(await redis.call('EXISTS', hash, set, ranking)).toBe(0);
  });

  it('returns a hash of 10,000 fields whole', async () => {
    const key = redis.key();
    const flat = Array.from({ length: 10_000 }, (_, index) => [`f${index}`, index]).flat();
    expect(await redis.call('HSET', key, ...flat)).toBe(10_000);
    expect(await redis.call('HGETALL', key)).toHaveLength(20_000);
  });

  it('keeps the members of a set once', async () => {
    const key = redis.key();
    expect(await redis.call('SADD', key, 'a', 'b', 'a')).toBe(2);
    expect(await redis.call('SISMEMBER', key, 'a')).toBe(1);
    expect(await redis.call('SMISMEMBER', key, 'a', 'none')).toEqual([1, 0]);
    expect(await redis.call('SCARD', key)).toBe(2);
  });

  it('refuses a command for another type, but lets SET replace', async () => {
    const key = redis.key();
    await redis.call('HSET', key, 'a', 1);
    for (const words of [['GET'], ['INCR'], ['SADD', 'x'], ['ZADD', 1, 'x']]) {
      const [name = '', ...rest] = words;
      await expect(redis.call(name, key, ...rest)).rejects.toThrow('WRONGTYPE');
    }
    expect(await redis.call('SET', key, 's')).toBe('OK');
  });

  it('orders members by score, then by bytes', async () => {
    const key = redis.key();
    expect(await redis.call('ZADD', key, 3, 'c', 1, 'a', 2, 'b', 2, 'aa')).toBe(4);
    expect(await redis.call('ZRANGE', key, 0, -1)).toEqual(['a', 'aa', 'b', 'c']);
    expect(await redis.call('ZRANGE', key, 0, 1, 'WITHSCORES')).toEqual(['a', '1', 'aa', '2']);
    expect(await redis.call('ZRANGE', key, 0, 1, 'REV')).toEqual(['c', 'b']);
    expect(await redis.call('ZRANGE', key, '(1', '+inf', 'BYSCORE', 'LIMIT', 0, 2)).toEqual(['aa', 'b']);
    expect(await redis.call('ZRANGE', key, '+inf', '(2', 'BYSCORE', 'REV')).toEqual(['c']);
    expect(await redis.call('ZRANK', key, 'b')).toBe(2);
    expect(await redis.call('ZREVRANK', key, 'b')).toBe(1);
    expect(await redis.call('ZCOUNT', key, 2, '(3')).toBe(2);
  });

  it('obeys NX, XX, GT, CH and INCR of ZADD', async () => {
    const key = redis.key();
    await redis.call('ZADD', key, 1, 'a');
    expect(await redis.call('ZADD', key, 'NX', 9, 'a')).toBe(0);
    expect(await redis.call('ZADD', key, 'XX', 'CH', 5, 'a')).toBe(1);
    expect(await redis.call('ZADD', key, 'GT', 4, 'a')).toBe(0);
    expect(await redis.call('ZSCORE', key, 'a')).toBe('5');
    expect(await redis.call('ZADD', key, 'INCR', 2.5, 'a')).toBe('7.5');
    await expect(redis.call('ZADD', key, 'bad', 'y')).rejects.toThrow('ERR value is not a valid float');
    await expect(redis.call('ZADD', key, 'NX', 'XX', 1, 'y')).rejects.toThrow('not compatible');
  });

  it('removes by score and by rank, and pops from both ends', async () => {
    const key = redis.key();
    await redis.call('ZADD', key, 1, 'a', 2, 'b', 3, 'c', 4, 'd', 5, 'e');
    expect(await redis.call('ZREMRANGEBYSCORE', key, '-inf', '(2')).toBe(1);
    expect(await redis.call('ZREMRANGEBYRANK', key, 0, 0)).toBe(1);
    expect(await redis.call('ZPOPMAX', key)).toEqual(['e', '5']);
    expect(await redis.call('ZPOPMIN', key, 5)).toEqual(['c', '3', 'd', '4']);
    expect(await redis.call('EXISTS', key)).toBe(0);
  });

  it('scans the members of a collection', async () => {
    const [hash, ranking] = [redis.key(), redis.key()];
    await redis.call('HSET', hash, 'a1', 1, 'b1', 2);
    await redis.call('ZADD', ranking, 1, 'a');
    expect(await redis.call('HSCAN', hash, 0, 'MATCH', 'a*')).toEqual(['0', ['a1', '1']]);
    expect(await redis.call('ZSCAN', ranking, 0)).toEqual(['0', ['a', '1']]);
    expect(await redis.call('SSCAN', redis.key(), 0)).toEqual(['0', []]);
  });
});
