import fc from 'fast-check';
import type { Command } from '../../dev/redis/reply.ts';

const key = fc.constantFrom('k0', 'k1', 'k2', 'k3');
const field = fc.constantFrom('f0', 'f1', 'f2');
const value = fc.constantFrom(
  '1',
  '-5',
  'abc',
  '3.5',
  '',
  '9223372036854775807',
  '\xc3\xbc',
  '007',
  ' 1',
  '1e3',
  '\0\xff',
);
const integer = fc.constantFrom('0', '1', '-1', '2', '-2', '100', 'x', '1.5');
/** Exact in binary, because versions of Redis differ in how they print other scores. */
const score = fc.constantFrom('0', '1', '-1', '2.5', '+inf', '-inf', '1e2', 'x', '(1');
const bound = fc.constantFrom('0', '1', '(1', '-inf', '+inf', '(2.5', 'x');
/** Absolute, so that both engines mean the same moment however long a command takes. */
const moment = fc.constantFrom('4102444800', '4102444900', '1', '0', '-1', 'x');
const option = (...words: string[]) => fc.constantFrom(...words, ...words.map((word) => word.toLowerCase()));

const SCRIPTS = [
  'return redis.call("GET", KEYS[1])',
  'return redis.call("ZRANGE", KEYS[1], 0, -1)',
  'local r = redis.pcall("INCR", KEYS[1]) return type(r) == "table" and r.err or r',
  'return {redis.call("EXPIRETIME", KEYS[1]), redis.call("TYPE", KEYS[1]).ok}',
  'return redis.call("MGET", unpack(KEYS))',
  'return {tostring(tonumber(ARGV[1])), #ARGV[1], ARGV[1]:upper()}',
  'redis.call("SET", KEYS[1], tonumber(ARGV[1]) or 1.1) return redis.call("GET", KEYS[1])',
  'return cjson.encode({ARGV[1]:gsub("[^ -~]", ""), tonumber(ARGV[1]) or false, {a = #KEYS}})',
];

const words = (...parts: (string | fc.Arbitrary<string>)[]) =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)));

const shapes = [
  words('SET', key, value),
  words('SET', key, value, option('NX', 'XX', 'GET', 'KEEPTTL', 'FOO')),
  words('SET', key, value, option('EXAT', 'PXAT'), moment, option('NX', 'XX', 'GET', 'KEEPTTL')),
  words('GET', key),
  words('GETDEL', key),
  words('GETEX', key, option('EXAT', 'PERSIST', 'Q'), moment),
  words('GETRANGE', key, integer, integer),
  words('APPEND', key, value),
  words('STRLEN', key),
  words('MSET', key, value, key, value),
  words('MSET', key, value, key),
  words('MSETNX', key, value, key, value),
  words('MGET', key, key),
  words('INCRBY', key, integer),
  words('DECRBY', key, integer),
  words('DEL', key, key),
  words('EXISTS', key, key),
  words('TYPE', key),
  words('RENAME', key, key),
  words('EXPIREAT', key, moment),
  words('EXPIREAT', key, moment, option('NX', 'XX', 'GT', 'LT', 'Q')),
  words('EXPIRETIME', key),
  words('PERSIST', key),
  words('HSET', key, field, value),
  words('HSET', key, field, value, field),
  words('HGET', key, field),
  words('HMGET', key, field, field),
  words('HGETALL', key),
  words('HINCRBY', key, field, integer),
  words('HDEL', key, field, field),
  words('HSETNX', key, field, value),
  words('SADD', key, value, value),
  words('SREM', key, value),
  words('SMEMBERS', key),
  words('SMISMEMBER', key, value, value),
  words('ZADD', key, score, field),
  words('ZADD', key, option('NX', 'XX', 'GT', 'LT', 'CH', 'INCR'), score, field),
  words('ZADD', key, option('NX', 'XX'), option('GT', 'CH'), score, field, score, field),
  words('ZRANGE', key, integer, integer, option('WITHSCORES', 'REV', 'FOO')),
  words('ZRANGE', key, bound, bound, 'BYSCORE', 'LIMIT', integer, integer),
  words('ZRANGE', key, bound, bound, 'BYSCORE', 'REV'),
  words('ZREVRANGE', key, integer, integer),
  words('ZREMRANGEBYSCORE', key, bound, bound),
  words('ZREMRANGEBYRANK', key, integer, integer),
  words('ZSCORE', key, field),
  words('ZRANK', key, field),
  words('ZREVRANK', key, field),
  words('ZCOUNT', key, bound, bound),
  words('ZPOPMIN', key),
  words('ZREM', key, field),
  words('EVAL', fc.constantFrom(...SCRIPTS), '2', key, key, value),
];

/** Any command of the embedded engine, valid or not, on few keys, so that types and options collide. */
export const anyCommand: fc.Arbitrary<Command> = fc
  .oneof(...shapes)
  .map(([name = '', ...args]) => ({ name, args }));
