import { Status } from '../reply.ts';
import type { CommandTable } from './command-spec.ts';

export const serverCommands: CommandTable = {
  ping: { arity: -1, run: (_keyspace, [message]) => message ?? new Status('PONG') },
  echo: { arity: 2, run: (_keyspace, [message = '']) => message },
  time: {
    arity: 1,
    run: (keyspace) => {
      const nowMs = keyspace.now();
      return [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)];
    },
  },
};
