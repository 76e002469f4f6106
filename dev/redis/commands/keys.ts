import { matchesGlob } from '../glob.ts';
import { OK, Status } from '../reply.ts';
import { type CommandSpec, type CommandTable, countWhere } from './command-spec.ts';

const deleteKeys: CommandSpec = {
  arity: -2,
  run: (keyspace, keys) =>
    countWhere(keys, (key) => keyspace.find(key) !== undefined && keyspace.delete(key)),
};

const countKeys: CommandSpec = {
  arity: -2,
  run: (keyspace, keys) => countWhere(keys, (key) => keyspace.find(key) !== undefined),
};

const clearKeys: CommandSpec = {
  arity: -1,
  run: (keyspace) => {
    keyspace.clear();
    return OK;
  },
};

export const keyCommands: CommandTable = {
  del: deleteKeys,
  unlink: deleteKeys,
  exists: countKeys,
  touch: countKeys,
  type: { arity: 2, run: (keyspace, [key = '']) => new Status(keyspace.find(key)?.type ?? 'none') },
  rename: {
    arity: 3,
    run: (keyspace, [from = '', to = '']) => {
      keyspace.rename(from, to);
      return OK;
    },
  },
  keys: {
    arity: 2,
    run: (keyspace, [pattern = '']) =>
      [...keyspace.entries()].map(([key]) => key).filter((key) => matchesGlob(pattern, key)),
  },
  dbsize: { arity: 1, run: (keyspace) => keyspace.size },
  flushdb: clearKeys,
  flushall: clearKeys,
};
