import { rmSync } from 'node:fs';
import type { Child, ChildExit } from '../process/child.ts';
import { signalGroup } from '../process/process-group.mjs';
import { readRecords } from '../process/record.ts';

/** The names of the children, in the order in which they are stopped: whoever uses another one comes first. */
export const STOP_ORDER = [
  'share',
  'worker',
  'sample-site',
  'neon-gateway',
  'redis-gateway',
  'redis-server',
  'postgres-replica',
  'postgres-primary',
];

/** What ends the stack. `stopped`: somebody asked; `crashed`: a child that should have stayed. */
export type EndOfStack = { kind: 'stopped' } | { kind: 'crashed'; child: Child; exit: ChildExit };

export interface Supervisor {
  /** Watches over a child from now on. */
  add(child: Child): void;
  /** Asks for the end. */
  requestStop(): void;
  /** Resolves when somebody asks for the end or a child ends by itself. */
  ended: Promise<EndOfStack>;
  /** Aborts at the same moment, for what is still being started. */
  signal: AbortSignal;
  /** Stops all children in `STOP_ORDER`. */
  stopAll(): Promise<void>;
  /** Kills all children at once. */
  killAll(): void;
}

/** Watches over the children of a stack. */
export function createSupervisor(dataDir: string): Supervisor {
  const children: Child[] = [];
  const ended = Promise.withResolvers<EndOfStack>();
  const abort = new AbortController();
  const end = (how: EndOfStack) => {
    ended.resolve(how);
    abort.abort(new Error('interrupted'));
  };
  return {
    ended: ended.promise,
    signal: abort.signal,
    add(child) {
      children.push(child);
      void child.exited.then((exit) => end({ kind: 'crashed', child, exit }));
    },
    requestStop: () => end({ kind: 'stopped' }),
    async stopAll() {
      const rank = (child: Child) => STOP_ORDER.indexOf(child.name);
      // A promise settles once, so the exits that follow from this are no crashes.
      end({ kind: 'stopped' });
      for (const child of children.toSorted((a, b) => rank(a) - rank(b))) await child.stop();
    },
    killAll() {
      for (const { file, record } of readRecords(dataDir)) {
        signalGroup(record.guard.pid, 'SIGKILL');
        signalGroup(record.pid, 'SIGKILL');
        rmSync(file, { force: true });
      }
    },
  };
}
