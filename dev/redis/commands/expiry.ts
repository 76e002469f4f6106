import type { Keyspace } from '../keyspace.ts';
import { RedisError, type Reply } from '../reply.ts';
import type { CommandSpec, CommandTable } from './command-spec.ts';
import { parseMoment, type TimeUnit } from './deadline.ts';

type Condition = 'NX' | 'XX' | 'GT' | 'LT';

function parseCondition(word: string): Condition {
  const upper = word.toUpperCase();
  if (upper === 'NX' || upper === 'XX' || upper === 'GT' || upper === 'LT') return upper;
  throw new RedisError(`ERR Unsupported option ${word}`);
}

function parseConditions(words: readonly string[]): Set<Condition> {
  const conditions = new Set(words.map(parseCondition));
  if (conditions.has('NX') && conditions.size > 1) {
    throw new RedisError('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (conditions.has('GT') && conditions.has('LT')) {
    throw new RedisError('ERR GT and LT options at the same time are not compatible');
  }
  return conditions;
}

/** No expiry counts as infinite, which is why GT never applies to such a key and LT always does. */
function isAllowed(conditions: Set<Condition>, current: number, next: number): boolean {
  if (conditions.has('NX') && current !== Infinity) return false;
  if (conditions.has('XX') && current === Infinity) return false;
  if (conditions.has('GT') && next <= current) return false;
  return !(conditions.has('LT') && next >= current);
}

function expireCommand(command: string, unit: TimeUnit): CommandSpec {
  return {
    arity: -3,
    run: (keyspace, [key = '', time = '', ...words]) => {
      const conditions = parseConditions(words);
      const next = parseMoment(keyspace, time, unit, command);
      const entry = keyspace.find(key);
      if (entry === undefined || !isAllowed(conditions, entry.expiresAt, next)) return 0;
      if (next <= keyspace.now()) keyspace.delete(key);
      else keyspace.expireAt(key, next);
      return 1;
    },
  };
}

/** -2 for a missing key, -1 without expiry, else what `read` makes of the moment in ms. */
function expiryReply(keyspace: Keyspace, key: string, read: (expiresAt: number) => number): Reply {
  const entry = keyspace.find(key);
  if (entry === undefined) return -2;
  return entry.expiresAt === Infinity ? -1 : read(entry.expiresAt);
}

/** Redis rounds TTL to the nearest second. */
const toSeconds = (ms: number) => Math.floor((ms + 500) / 1000);

export const expiryCommands: CommandTable = {
  expire: expireCommand('expire', { unitMs: 1000, isAbsolute: false }),
  pexpire: expireCommand('pexpire', { unitMs: 1, isAbsolute: false }),
  expireat: expireCommand('expireat', { unitMs: 1000, isAbsolute: true }),
  pexpireat: expireCommand('pexpireat', { unitMs: 1, isAbsolute: true }),
  ttl: {
    arity: 2,
    run: (keyspace, [key = '']) => expiryReply(keyspace, key, (at) => toSeconds(at - keyspace.now())),
  },
  pttl: { arity: 2, run: (keyspace, [key = '']) => expiryReply(keyspace, key, (at) => at - keyspace.now()) },
  expiretime: { arity: 2, run: (keyspace, [key = '']) => expiryReply(keyspace, key, toSeconds) },
  pexpiretime: { arity: 2, run: (keyspace, [key = '']) => expiryReply(keyspace, key, (at) => at) },
  persist: {
    arity: 2,
    run: (keyspace, [key = '']) => {
      const entry = keyspace.find(key);
      if (entry === undefined || entry.expiresAt === Infinity) return 0;
      keyspace.expireAt(key, Infinity);
      return 1;
    },
  },
};
