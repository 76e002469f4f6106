import type { Keyspace } from '../keyspace.ts';
import { addInt64, parseIndex, parseInt64, toIntegerReply } from '../numbers.ts';
import { OK, type Reply, syntaxError, wrongArity } from '../reply.ts';
import { type CommandTable, toPairs } from './command-spec.ts';
import { parseDeadline, readExpiryOption, type TimeUnit } from './deadline.ts';

interface SetOptions {
  mode: 'always' | 'if-absent' | 'if-present';
  returnsOld: boolean;
  keepsTtl: boolean;
  expiry: { time: string; unit: TimeUnit } | undefined;
}

function parseSetOptions(words: readonly string[]): SetOptions {
  const options: SetOptions = { mode: 'always', returnsOld: false, keepsTtl: false, expiry: undefined };
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] ?? '').toUpperCase();
    const isFree = !options.keepsTtl && options.expiry === undefined;
    const unit = isFree ? readExpiryOption(word) : undefined;
    if (word === 'NX' && options.mode !== 'if-present') options.mode = 'if-absent';
    else if (word === 'XX' && options.mode !== 'if-absent') options.mode = 'if-present';
    else if (word === 'GET') options.returnsOld = true;
    else if (word === 'KEEPTTL' && options.expiry === undefined) options.keepsTtl = true;
    else if (unit !== undefined && at + 1 < words.length) {
      options.expiry = { time: words[++at] ?? '', unit };
    } else throw syntaxError();
  }
  return options;
}

function set(keyspace: Keyspace, [key = '', value = '', ...words]: readonly string[]): Reply {
  const { mode, returnsOld, keepsTtl, expiry } = parseSetOptions(words);
  const expiresAt = expiry && parseDeadline(keyspace, expiry.time, expiry.unit, 'set');
  const old = returnsOld ? (keyspace.text(key) ?? null) : null;
  const current = keyspace.find(key);
  if (mode !== 'always' && (mode === 'if-absent') === (current !== undefined)) return old;
  keyspace.putText(key, value, keepsTtl ? current?.expiresAt : expiresAt);
  return returnsOld ? old : OK;
}

function setWithTtl(unitMs: number, command: string): CommandTable[string] {
  return {
    arity: 4,
    run: (keyspace, [key = '', ttl = '', value = '']) => {
      const expiresAt = parseDeadline(keyspace, ttl, { unitMs, isAbsolute: false }, command);
      keyspace.putText(key, value, expiresAt);
      return OK;
    },
  };
}

function getAndExpire(keyspace: Keyspace, [key = '', option, time]: readonly string[]): Reply {
  const word = option?.toUpperCase() ?? '';
  const unit = readExpiryOption(word);
  if (option !== undefined && (word === 'PERSIST') === (time !== undefined)) throw syntaxError();
  if (option !== undefined && word !== 'PERSIST' && unit === undefined) throw syntaxError();
  const text = keyspace.text(key) ?? null;
  if (text === null) return null;
  if (word === 'PERSIST') keyspace.expireAt(key, Infinity);
  if (unit !== undefined && time !== undefined) {
    keyspace.expireAt(key, parseDeadline(keyspace, time, unit, 'getex'));
  }
  return text;
}

function increment(keyspace: Keyspace, key: string, by: bigint): Reply {
  const sum = addInt64(parseInt64(keyspace.text(key) ?? '0'), by);
  keyspace.editText(key, String(sum));
  return toIntegerReply(sum);
}

function takeText(keyspace: Keyspace, key: string, replacement?: string): Reply {
  const text = keyspace.text(key) ?? null;
  if (replacement === undefined) keyspace.delete(key);
  else keyspace.putText(key, replacement);
  return text;
}

/** Redis reads an end before the first byte as the first byte, unless both ends count from behind. */
function getRange(text: string, first: number, last: number): string {
  if (first < 0 && last < 0 && first > last) return '';
  const start = first < 0 ? Math.max(0, text.length + first) : first;
  const end = last < 0 ? Math.max(0, text.length + last) : last;
  return start > end ? '' : text.slice(start, end + 1);
}

function setMany(keyspace: Keyspace, args: readonly string[], command: string): void {
  if (args.length % 2 !== 0) throw wrongArity(command);
  for (const [key, value] of toPairs(args)) keyspace.putText(key, value);
}

export const stringCommands: CommandTable = {
  get: { arity: 2, run: (keyspace, [key = '']) => keyspace.text(key) ?? null },
  set: { arity: -3, run: set },
  setex: setWithTtl(1000, 'setex'),
  psetex: setWithTtl(1, 'psetex'),
  setnx: {
    arity: 3,
    run: (keyspace, [key = '', value = '']) => {
      if (keyspace.find(key)) return 0;
      keyspace.putText(key, value);
      return 1;
    },
  },
  getex: { arity: -2, run: getAndExpire },
  getdel: { arity: 2, run: (keyspace, [key = '']) => takeText(keyspace, key) },
  getset: { arity: 3, run: (keyspace, [key = '', value = '']) => takeText(keyspace, key, value) },
  strlen: { arity: 2, run: (keyspace, [key = '']) => keyspace.text(key)?.length ?? 0 },
  getrange: {
    arity: 4,
    run: (keyspace, [key = '', start = '', end = '']) => {
      const [first, last] = [parseIndex(start), parseIndex(end)];
      return getRange(keyspace.text(key) ?? '', first, last);
    },
  },
  append: {
    arity: 3,
    run: (keyspace, [key = '', tail = '']) => {
      const text = (keyspace.text(key) ?? '') + tail;
      keyspace.editText(key, text);
      return text.length;
    },
  },
  mget: {
    arity: -2,
    run: (keyspace, keys) =>
      keys.map((key) => {
        const entry = keyspace.find(key);
        return entry?.type === 'string' ? entry.text : null;
      }),
  },
  mset: {
    arity: -3,
    run: (keyspace, args) => {
      setMany(keyspace, args, 'mset');
      return OK;
    },
  },
  msetnx: {
    arity: -3,
    run: (keyspace, args) => {
      if (args.length % 2 !== 0) throw wrongArity('msetnx');
      if (toPairs(args).some(([key]) => keyspace.find(key))) return 0;
      setMany(keyspace, args, 'msetnx');
      return 1;
    },
  },
  incr: { arity: 2, run: (keyspace, [key = '']) => increment(keyspace, key, 1n) },
  decr: { arity: 2, run: (keyspace, [key = '']) => increment(keyspace, key, -1n) },
  incrby: { arity: 3, run: (keyspace, [key = '', by = '']) => increment(keyspace, key, parseInt64(by)) },
  decrby: { arity: 3, run: (keyspace, [key = '', by = '']) => increment(keyspace, key, -parseInt64(by)) },
};
