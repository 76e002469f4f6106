import { type CommandTable, countWhere } from './command-spec.ts';

export const setCommands: CommandTable = {
  sadd: {
    arity: -3,
    run: (keyspace, [key = '', ...added]) => {
      const members = keyspace.createSet(key);
      const before = members.size;
      for (const member of added) members.add(member);
      return members.size - before;
    },
  },
  srem: {
    arity: -3,
    run: (keyspace, [key = '', ...unwanted]) => {
      const members = keyspace.set(key);
      if (members === undefined) return 0;
      const removed = countWhere(unwanted, (member) => members.delete(member));
      keyspace.dropIfEmpty(key, members);
      return removed;
    },
  },
  sismember: {
    arity: 3,
    run: (keyspace, [key = '', member = '']) => (keyspace.set(key)?.has(member) ? 1 : 0),
  },
  smismember: {
    arity: -3,
    run: (keyspace, [key = '', ...asked]) => {
      const members = keyspace.set(key);
      return asked.map((member) => (members?.has(member) ? 1 : 0));
    },
  },
  smembers: { arity: 2, run: (keyspace, [key = '']) => [...(keyspace.set(key) ?? [])] },
  scard: { arity: 2, run: (keyspace, [key = '']) => keyspace.set(key)?.size ?? 0 },
};
