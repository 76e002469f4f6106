import type { Keyspace } from '../keyspace.ts';
import { addInt64, parseInt64, toIntegerReply } from '../numbers.ts';
import { OK, RedisError, type Reply, wrongArity } from '../reply.ts';
import { type CommandTable, countWhere, toPairs } from './command-spec.ts';

function setFields(keyspace: Keyspace, [key = '', ...flat]: readonly string[], command: string): number {
  if (flat.length % 2 !== 0) throw wrongArity(command);
  const fields = keyspace.createHash(key);
  const before = fields.size;
  for (const [field, value] of toPairs(flat)) fields.set(field, value);
  return fields.size - before;
}

function parseHashInteger(text: string): bigint {
  try {
    return parseInt64(text);
  } catch (cause) {
    throw new RedisError('ERR hash value is not an integer', { cause });
  }
}

function incrementField(keyspace: Keyspace, [key = '', field = '', by = '']: readonly string[]): Reply {
  const step = parseInt64(by);
  const current = parseHashInteger(keyspace.hash(key)?.get(field) ?? '0');
  const sum = addInt64(current, step);
  keyspace.createHash(key).set(field, String(sum));
  return toIntegerReply(sum);
}

export const hashCommands: CommandTable = {
  hset: { arity: -4, run: (keyspace, args) => setFields(keyspace, args, 'hset') },
  hmset: {
    arity: -4,
    run: (keyspace, args) => {
      setFields(keyspace, args, 'hmset');
      return OK;
    },
  },
  hsetnx: {
    arity: 4,
    run: (keyspace, [key = '', field = '', value = '']) => {
      const fields = keyspace.createHash(key);
      if (fields.has(field)) return 0;
      fields.set(field, value);
      return 1;
    },
  },
  hget: { arity: 3, run: (keyspace, [key = '', field = '']) => keyspace.hash(key)?.get(field) ?? null },
  hmget: {
    arity: -3,
    run: (keyspace, [key = '', ...names]) => {
      const fields = keyspace.hash(key);
      return names.map((name) => fields?.get(name) ?? null);
    },
  },
  hgetall: { arity: 2, run: (keyspace, [key = '']) => [...(keyspace.hash(key) ?? [])].flat() },
  hkeys: { arity: 2, run: (keyspace, [key = '']) => [...(keyspace.hash(key)?.keys() ?? [])] },
  hvals: { arity: 2, run: (keyspace, [key = '']) => [...(keyspace.hash(key)?.values() ?? [])] },
  hlen: { arity: 2, run: (keyspace, [key = '']) => keyspace.hash(key)?.size ?? 0 },
  hstrlen: {
    arity: 3,
    run: (keyspace, [key = '', field = '']) => keyspace.hash(key)?.get(field)?.length ?? 0,
  },
  hexists: { arity: 3, run: (keyspace, [key = '', field = '']) => (keyspace.hash(key)?.has(field) ? 1 : 0) },
  hincrby: { arity: 4, run: incrementField },
  hdel: {
    arity: -3,
    run: (keyspace, [key = '', ...names]) => {
      const fields = keyspace.hash(key);
      if (fields === undefined) return 0;
      const removed = countWhere(names, (name) => fields.delete(name));
      keyspace.dropIfEmpty(key, fields);
      return removed;
    },
  },
};
