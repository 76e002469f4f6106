import { matchesGlob } from '../glob.ts';
import { formatScore, parseIndex } from '../numbers.ts';
import { RedisError, type Reply, syntaxError } from '../reply.ts';
import { type CommandTable, toPairs } from './command-spec.ts';

const DEFAULT_COUNT = 10;

interface ScanOptions {
  matches: (name: string) => boolean;
  count: number;
  type: string | undefined;
}

function parseScanOptions(words: readonly string[], allowsType: boolean): ScanOptions {
  if (words.length % 2 !== 0) throw syntaxError();
  const options: ScanOptions = { matches: () => true, count: DEFAULT_COUNT, type: undefined };
  for (const [word, value] of toPairs(words)) {
    const option = word.toUpperCase();
    if (option === 'MATCH') options.matches = (name) => matchesGlob(value, name);
    else if (option === 'COUNT') options.count = parseIndex(value);
    else if (option === 'TYPE' && allowsType) options.type = value.toLowerCase();
    else throw syntaxError();
    if (options.count < 1) throw syntaxError();
  }
  return options;
}

function parseCursor(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new RedisError('ERR invalid cursor');
  return Number(text);
}

/** Redis too returns a small collection whole, whatever the COUNT; here that holds for every size. */
function scanMembers(
  cursor: string,
  words: readonly string[],
  members: Iterable<readonly [string, ...string[]]>,
): Reply {
  parseCursor(cursor);
  const { matches } = parseScanOptions(words, false);
  const found: Reply[] = [];
  for (const member of members) if (matches(member[0])) found.push(...member);
  return ['0', found];
}

export const scanCommands: CommandTable = {
  /** The cursor is the id of the last key looked at, so keys that stay are seen whatever happens to the others. */
  scan: {
    arity: -2,
    run: (keyspace, [cursor = '', ...words]) => {
      const after = parseCursor(cursor);
      const { matches, count, type } = parseScanOptions(words, true);
      const found: string[] = [];
      let seen = 0;
      let lastId = 0;
      for (const [key, entry] of keyspace.entries()) {
        if (entry.id <= after) continue;
        if (seen === count) return [String(lastId), found];
        seen++;
        lastId = entry.id;
        if (matches(key) && (type === undefined || entry.type === type)) found.push(key);
      }
      return ['0', found];
    },
  },
  hscan: {
    arity: -3,
    run: (keyspace, [key = '', cursor = '', ...words]) =>
      scanMembers(cursor, words, keyspace.hash(key) ?? []),
  },
  sscan: {
    arity: -3,
    run: (keyspace, [key = '', cursor = '', ...words]) => {
      const members = [...(keyspace.set(key) ?? [])];
      return scanMembers(
        cursor,
        words,
        members.map((member) => [member] as const),
      );
    },
  },
  zscan: {
    arity: -3,
    run: (keyspace, [key = '', cursor = '', ...words]) => {
      const ranked = keyspace.sortedSet(key)?.slice(0) ?? [];
      return scanMembers(
        cursor,
        words,
        ranked.map(({ member, score }) => [member, formatScore(score)] as const),
      );
    },
  },
};
