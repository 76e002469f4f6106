import type { Keyspace } from '../keyspace.ts';
import { formatScore, parseIndex, parseScore } from '../numbers.ts';
import { RedisError, type Reply, syntaxError } from '../reply.ts';
import type { Ranked, ScoreBound } from '../sorted-set.ts';

/** `auto` is ZRANGE itself, which takes BYSCORE and REV as options; its older relatives fix them by name. */
export interface RangeForm {
  by: 'auto' | 'rank' | 'score';
  isReversed: boolean;
}

interface RangeOptions {
  byScore: boolean;
  isReversed: boolean;
  withScores: boolean;
  limit: { offset: number; count: number } | undefined;
}

function parseRangeOptions(words: readonly string[], form: RangeForm): RangeOptions {
  const options: RangeOptions = {
    byScore: form.by === 'score',
    isReversed: form.isReversed,
    withScores: false,
    limit: undefined,
  };
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] ?? '').toUpperCase();
    if (word === 'WITHSCORES') options.withScores = true;
    else if (word === 'BYSCORE' && form.by === 'auto') options.byScore = true;
    else if (word === 'REV' && form.by === 'auto') options.isReversed = true;
    else if (word === 'BYLEX' && form.by === 'auto') throw new RedisError('ERR BYLEX is not supported here');
    else if (word === 'LIMIT' && at + 2 < words.length) {
      options.limit = { offset: parseIndex(words[++at] ?? ''), count: parseIndex(words[++at] ?? '') };
    } else throw syntaxError();
  }
  if (options.limit && !options.byScore) {
    throw new RedisError(
      'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
    );
  }
  return options;
}

/** `5`, `(5` for exclusive, `-inf`, `+inf`. */
export function parseScoreBound(text: string): ScoreBound {
  const isExclusive = text.startsWith('(');
  try {
    return { score: parseScore(isExclusive ? text.slice(1) : text), isExclusive };
  } catch (cause) {
    throw new RedisError('ERR min or max is not a float', { cause });
  }
}

/**
 * Parses two positions, where negative ones count from the last member, and returns how they read for a given size: a
 * half-open range, empty when start passes end. Redis refuses a bad position before it looks at the key.
 */
export function parseRanks(first: string, last: string): (size: number) => { start: number; end: number } {
  const [from, to] = [parseIndex(first), parseIndex(last)];
  return (size) => {
    const start = from < 0 ? Math.max(0, size + from) : Math.min(from, size);
    const end = Math.min(to < 0 ? size + to : to, size - 1) + 1;
    return { start, end: Math.max(start, end) };
  };
}

function selectByScore(keyspace: Keyspace, key: string, bounds: [string, string], options: RangeOptions) {
  const [low, high] = bounds.map(parseScoreBound);
  const ranking = keyspace.sortedSet(key);
  if (!ranking || !low || !high) return [];
  const found = ranking.between(low, high);
  if (options.isReversed) found.reverse();
  if (options.limit === undefined) return found;
  const { offset, count } = options.limit;
  return offset < 0 ? [] : found.slice(offset, count < 0 ? undefined : offset + count);
}

function selectByRank(keyspace: Keyspace, key: string, first: string, last: string, isReversed: boolean) {
  const toRanks = parseRanks(first, last);
  const ranking = keyspace.sortedSet(key);
  if (ranking === undefined) return [];
  const { size } = ranking;
  const { start, end } = toRanks(size);
  return isReversed ? ranking.slice(size - end, size - start).reverse() : ranking.slice(start, end);
}

/** Members, each followed by its score when asked for. */
export function toRangeReply(found: readonly Ranked[], withScores: boolean): Reply {
  return found.flatMap(({ member, score }) => (withScores ? [member, formatScore(score)] : [member]));
}

/** ZRANGE, ZREVRANGE, ZRANGEBYSCORE and ZREVRANGEBYSCORE. A reversed score range names its maximum first. */
export function zrange(form: RangeForm) {
  return (keyspace: Keyspace, [key = '', first = '', last = '', ...words]: readonly string[]): Reply => {
    const options = parseRangeOptions(words, form);
    const bounds: [string, string] = options.isReversed ? [last, first] : [first, last];
    const found = options.byScore
      ? selectByScore(keyspace, key, bounds, options)
      : selectByRank(keyspace, key, first, last, options.isReversed);
    return toRangeReply(found, options.withScores);
  };
}
