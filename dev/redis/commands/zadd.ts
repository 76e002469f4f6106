import type { Keyspace } from '../keyspace.ts';
import { formatScore, parseScore } from '../numbers.ts';
import { RedisError, type Reply, syntaxError } from '../reply.ts';
import type { Ranked, SortedSet } from '../sorted-set.ts';
import { toPairs } from './command-spec.ts';

const FLAGS = new Set(['NX', 'XX', 'GT', 'LT', 'CH', 'INCR']);

interface ZaddArguments {
  flags: Set<string>;
  pairs: Ranked[];
}

function parseZadd(words: readonly string[]): ZaddArguments {
  const flags = new Set<string>();
  let at = 0;
  for (; FLAGS.has((words[at] ?? '').toUpperCase()); at++) flags.add((words[at] ?? '').toUpperCase());
  const flat = words.slice(at);
  if (flat.length === 0 || flat.length % 2 !== 0) throw syntaxError();
  if (flags.has('NX') && flags.has('XX')) {
    throw new RedisError('ERR XX and NX options at the same time are not compatible');
  }
  if (Number(flags.has('NX')) + Number(flags.has('GT')) + Number(flags.has('LT')) > 1) {
    throw new RedisError('ERR GT, LT, and/or NX options at the same time are not compatible');
  }
  if (flags.has('INCR') && flat.length > 2) {
    throw new RedisError('ERR INCR option supports a single increment-element pair');
  }
  return { flags, pairs: toPairs(flat).map(([score, member]) => ({ member, score: parseScore(score) })) };
}

/** The score to write, or undefined when the flags forbid the write. */
function resolveScore(flags: Set<string>, current: number | undefined, given: number): number | undefined {
  if (current === undefined) return flags.has('XX') ? undefined : given;
  if (flags.has('NX')) return undefined;
  const next = flags.has('INCR') ? current + given : given;
  if (Number.isNaN(next)) throw new RedisError('ERR resulting score is not a number (NaN)');
  if (flags.has('GT') && next <= current) return undefined;
  if (flags.has('LT') && next >= current) return undefined;
  return next;
}

function applyPairs(ranking: SortedSet, { flags, pairs }: ZaddArguments): Reply {
  let added = 0;
  let changed = 0;
  let written: number | undefined;
  for (const { member, score } of pairs) {
    const current = ranking.score(member);
    const next = resolveScore(flags, current, score);
    if (next === undefined) continue;
    written = next;
    if (current === undefined) added++;
    else if (current !== next) changed++;
    if (current !== next) ranking.set(member, next);
  }
  if (flags.has('INCR')) return written === undefined ? null : formatScore(written);
  return flags.has('CH') ? added + changed : added;
}

/** ZADD with NX, XX, GT, LT, CH and INCR. */
export function zadd(keyspace: Keyspace, [key = '', ...words]: readonly string[]): Reply {
  const parsed = parseZadd(words);
  if (parsed.flags.has('XX') && keyspace.sortedSet(key) === undefined) {
    return parsed.flags.has('INCR') ? null : 0;
  }
  const ranking = keyspace.createSortedSet(key);
  try {
    return applyPairs(ranking, parsed);
  } finally {
    keyspace.dropIfEmpty(key, ranking);
  }
}
