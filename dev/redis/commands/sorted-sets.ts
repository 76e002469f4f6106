import type { Keyspace } from '../keyspace.ts';
import { formatScore, parseIndex } from '../numbers.ts';
import { RedisError, type Reply } from '../reply.ts';
import type { Ranked, SortedSet } from '../sorted-set.ts';
import { type CommandSpec, type CommandTable, countWhere } from './command-spec.ts';
import { zadd } from './zadd.ts';
import { parseScoreBound, parseRanks, toRangeReply, zrange } from './zrange.ts';

function rankCommand(isReversed: boolean): CommandSpec {
  return {
    arity: 3,
    run: (keyspace, [key = '', member = '']) => {
      const ranking = keyspace.sortedSet(key);
      const rank = ranking?.rank(member);
      if (ranking === undefined || rank === undefined) return null;
      return isReversed ? ranking.size - 1 - rank : rank;
    },
  };
}

function remove(keyspace: Keyspace, key: string, ranking: SortedSet, found: readonly Ranked[]): number {
  for (const { member } of found) ranking.delete(member);
  keyspace.dropIfEmpty(key, ranking);
  return found.length;
}

function popCommand(isReversed: boolean): CommandSpec {
  return {
    arity: -2,
    run: (keyspace, [key = '', wanted]) => {
      const count = parseIndex(wanted ?? '1');
      if (count < 0) throw new RedisError('ERR value is out of range, must be positive');
      const ranking = keyspace.sortedSet(key);
      if (ranking === undefined) return [];
      const found = isReversed
        ? ranking.slice(Math.max(0, ranking.size - count)).reverse()
        : ranking.slice(0, count);
      remove(keyspace, key, ranking, found);
      return toRangeReply(found, true);
    },
  };
}

function scoreReply(ranking: SortedSet | undefined, member: string): Reply {
  const score = ranking?.score(member);
  return score === undefined ? null : formatScore(score);
}

export const sortedSetCommands: CommandTable = {
  zadd: { arity: -4, run: zadd },
  zincrby: {
    arity: 4,
    run: (keyspace, [key = '', by = '', member = '']) => zadd(keyspace, [key, 'INCR', by, member]),
  },
  zrem: {
    arity: -3,
    run: (keyspace, [key = '', ...unwanted]) => {
      const ranking = keyspace.sortedSet(key);
      if (ranking === undefined) return 0;
      const removed = countWhere(unwanted, (member) => ranking.delete(member));
      keyspace.dropIfEmpty(key, ranking);
      return removed;
    },
  },
  zcard: { arity: 2, run: (keyspace, [key = '']) => keyspace.sortedSet(key)?.size ?? 0 },
  zscore: {
    arity: 3,
    run: (keyspace, [key = '', member = '']) => scoreReply(keyspace.sortedSet(key), member),
  },
  zmscore: {
    arity: -3,
    run: (keyspace, [key = '', ...asked]) => {
      const ranking = keyspace.sortedSet(key);
      return asked.map((member) => scoreReply(ranking, member));
    },
  },
  zrank: rankCommand(false),
  zrevrank: rankCommand(true),
  zcount: {
    arity: 4,
    run: (keyspace, [key = '', low = '', high = '']) => {
      const [from, to] = [parseScoreBound(low), parseScoreBound(high)];
      return keyspace.sortedSet(key)?.between(from, to).length ?? 0;
    },
  },
  zrange: { arity: -4, run: zrange({ by: 'auto', isReversed: false }) },
  zrevrange: { arity: -4, run: zrange({ by: 'rank', isReversed: true }) },
  zrangebyscore: { arity: -4, run: zrange({ by: 'score', isReversed: false }) },
  zrevrangebyscore: { arity: -4, run: zrange({ by: 'score', isReversed: true }) },
  zremrangebyscore: {
    arity: 4,
    run: (keyspace, [key = '', low = '', high = '']) => {
      const [from, to] = [parseScoreBound(low), parseScoreBound(high)];
      const ranking = keyspace.sortedSet(key);
      return ranking ? remove(keyspace, key, ranking, ranking.between(from, to)) : 0;
    },
  },
  zremrangebyrank: {
    arity: 4,
    run: (keyspace, [key = '', first = '', last = '']) => {
      const toRanks = parseRanks(first, last);
      const ranking = keyspace.sortedSet(key);
      if (ranking === undefined) return 0;
      const { start, end } = toRanks(ranking.size);
      return remove(keyspace, key, ranking, ranking.slice(start, end));
    },
  },
  zpopmin: popCommand(false),
  zpopmax: popCommand(true),
};
