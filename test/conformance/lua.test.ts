import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { openRest, type RestRedis } from './rest.ts';

describe.each(engines)('Lua scripts on the $name engine', (engine) => {
  let redis: RestRedis;
  beforeAll(async () => {
    redis = await openRest(engine);
  });
  afterAll(async () => {
    await redis?.close();
  });

  it('returns numbers without fraction, false as null, and ends a list at nil', async () => {
    const source = 'return {1, "a", true, 3.99, {2, {3}}, {ok="FINE"}, false, 7, nil, 8}';
    expect(await redis.evaluate(source)).toEqual([1, 'a', 1, 3, [2, [3]], 'FINE', null, 7]);
  });

  it('shows a missing value as false and a status as a table', async () => {
    const key = redis.key();
    const source = `local missing = redis.call("GET", KEYS[1])
      local fields = redis.call("HMGET", KEYS[1], "a", "b")
      local reply = redis.call("SET", KEYS[1], "1")
      return {tostring(missing), tostring(fields[1]), #fields, reply.ok}`;
    expect(await redis.evaluate(source, [key])).toEqual(['false', 'false', 2, 'OK']);
  });

  it('raises errors from redis.call and hands them over from redis.pcall', async () => {
    const key = redis.key();
    await redis.call('SET', key, 'text');
    await expect(redis.evaluate('return redis.call("INCR", KEYS[1])', [key])).rejects.toThrow(
      'not an integer',
    );
    expect(await redis.evaluate('return redis.pcall("INCR", KEYS[1]).err', [key])).toContain(
      'not an integer',
    );
    const caught = 'local ok, raised = pcall(redis.call, "INCR", KEYS[1]) return {tostring(ok), raised}';
    expect(await redis.evaluate(caught, [key])).toEqual(['false', expect.stringContaining('not an integer')]);
    await expect(redis.evaluate('return redis.error_reply("MY bad")')).rejects.toThrow(/^MY bad$/);
    await expect(redis.evaluate('error("x")')).rejects.toThrow('ERR user_script:1: x');
  });

  it.each([
    ['NOSUCH', 'Unknown Redis command called from script'],
    ['GET', 'Wrong number of args calling Redis command from script'],
    ['EVAL', 'This Redis command is not allowed from script'],
  ])('refuses %s from a script', async (name, message) => {
    const args = name === 'EVAL' ? ', "return 1", "0"' : '';
    await expect(redis.evaluate(`return redis.call("${name}"${args})`)).rejects.toThrow(message);
  });

  it.each([
    ['return {tostring(10/2), 10/2 .. "", tostring(7/2), "10"+5}', ['5', '5', '3.5', 15]],
    ['return #redis.call("MGET", unpack({"a", "b"}))', 2],
    [
      'return tostring(1763670000123 + 1) .. ":" .. math.floor(1763670000123 / 1000)',
      '1763670000124:1763670000',
    ],
    ['return math.floor(("1763670000123" % "10000"))', 123],
    ['return {string.format("%02d", 7), table.concat({1, 2}, ","), ("x"):upper()}', ['07', '1,2', 'X']],
    ['return tonumber("86400000") * 30', 2_592_000_000],
    ['return loadstring("return 1 + 1")()', 2],
    ['return {xpcall(error, function() return "handled" end) and 1 or 0, select("#", 1, 2)}', [0, 2]],
    [
      'return {bit.band(255, 15), bit.lshift(1, 31), bit.tohex(255), bit.bswap(1)}',
      [15, -2147483648, '000000ff', 16777216],
    ],
  ])('computes as Lua 5.1 does: %s', async (source, expected) => {
    expect(await redis.evaluate(source)).toEqual(expected);
  });

  it.each([
    ['10/2', '5'],
    ['1.1', '1.1000000000000001'],
    ['tonumber("86400000") * 30', '2592000000'],
    ['2^53', '9007199254740992'],
    ['1e20', '1e+20'],
  ])('passes the number %s to a command as Redis formats it', async (expression, expected) => {
    const source = `redis.call("SET", KEYS[1], ${expression}) return redis.call("GET", KEYS[1])`;
    expect(await redis.evaluate(source, [redis.key()])).toBe(expected);
  });

  it.each([
    ['{1, "ü", {a = true}}', '[1,"ü",{"a":true}]'],
    ['{}', '{}'],
    ['"a/b\\n\\1"', '"a\\/b\\n\\u0001"'],
    ['{0.1, 1/3, 1e20, cjson.null}', '[0.1,0.33333333333333,1e+20,null]'],
    ['{1, nil, 3}', '[1,null,3]'],
    ['cjson.decode(\'{"a":[1,null,"\\\\u00fc"]}\').a', '[1,null,"ü"]'],
  ])('encodes %s as JSON', async (expression, expected) => {
    expect(await redis.evaluate(`return cjson.encode(${expression})`)).toBe(expected);
  });

  it('refuses JSON that is sparse, cyclic or broken', async () => {
    await expect(redis.evaluate('return cjson.encode({[50]=1})')).rejects.toThrow('excessively sparse array');
    await expect(redis.evaluate('local t = {} t[1] = t return cjson.encode(t)')).rejects.toThrow(
      'Cannot serialise, excessive',
    );
    await expect(redis.evaluate('return cjson.decode("{]")')).rejects.toThrow('Expected');
  });

  it('knows a script by the SHA-1 of its source and forgets none that was loaded', async () => {
    const sha = createHash('sha1').update('return ARGV[1]').digest('hex');
    expect(await redis.call('SCRIPT', 'LOAD', 'return ARGV[1]')).toBe(sha);
    expect(await redis.call('EVALSHA', sha, 0, 'hey')).toBe('hey');
    expect(await redis.call('SCRIPT', 'EXISTS', sha, '0'.repeat(40))).toEqual([1, 0]);
    await expect(redis.call('EVALSHA', '0'.repeat(40), 0)).rejects.toThrow('NOSCRIPT');
    expect(await redis.evaluate('return redis.sha1hex("return ARGV[1]")')).toBe(sha);
  });

  it('takes the flags of Upstash and keeps the SHA of the source as it was sent', async () => {
    const source = `#!lua flags=allow-key-locking\nreturn "${redis.key()}"`;
    const sha = createHash('sha1').update(source).digest('hex');
    expect(await redis.call('SCRIPT', 'LOAD', source)).toBe(sha);
    expect(await redis.call('SCRIPT', 'EXISTS', sha)).toEqual([1]);
    expect(await redis.call('EVALSHA', sha, 0)).toContain('test:');
    const [first] = await redis.batch('/multi-exec', [['EVALSHA', sha, 0]]);
    expect(first).toContain('test:');
  });

  it('reports a syntax error and a wrong number of keys', async () => {
    await expect(redis.evaluate('return +')).rejects.toThrow('ERR Error compiling script');
    await expect(redis.call('EVAL', 'return 1', 'x')).rejects.toThrow('not an integer');
    await expect(redis.call('EVAL', 'return 1', 2, 'a')).rejects.toThrow("can't be greater");
    await expect(redis.call('EVAL', 'return 1', -1)).rejects.toThrow("can't be negative");
  });

  it('runs a sliding log limiter', async () => {
    const key = redis.key();
    const source = `redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[1] - ARGV[2])
      if redis.call("ZCARD", KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
      redis.call("ZADD", KEYS[1], ARGV[1], ARGV[4])
      redis.call("PEXPIRE", KEYS[1], ARGV[2])
      return 1`;
    const take = (at: number) => redis.evaluate(source, [key], [1_763_670_000_000 + at, 60_000, 3, `m${at}`]);
    const taken: unknown[] = [];
    for (const at of [0, 1, 2, 3, 60_001]) taken.push(await take(at));
    expect(taken).toEqual([1, 1, 1, 0, 1]);
  });
});
