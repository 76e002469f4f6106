import { type Engine, EXEC_ABORT, SCRIPT_LIMIT_MS } from './engine.ts';
import { type Command, RedisError, type Reply } from './reply.ts';
import { Store } from './store.ts';

const SCRIPT_MEMORY_BYTES = 128 * 1024 * 1024;

export interface EmbeddedOptions {
  /** Time one script may take, in ms. */
  scriptLimitMs?: number;
  /** Memory all live Lua values may take, in bytes. */
  scriptMemoryBytes?: number;
  /** Milliseconds since the epoch; the clock of every expiry. */
  now?: () => number;
}

/** A Redis in this process. Its data are gone when it closes. */
export async function createEmbeddedEngine(options: EmbeddedOptions = {}): Promise<Engine> {
  const store = await Store.open({
    timeMs: options.scriptLimitMs ?? SCRIPT_LIMIT_MS,
    memoryBytes: options.scriptMemoryBytes ?? SCRIPT_MEMORY_BYTES,
    now: options.now ?? Date.now,
  });
  const runAll = (commands: readonly Command[]): Reply[] => commands.map((command) => store.call(command));
  return {
    kind: 'embedded',
    run: async (commands) => runAll(commands),
    transact: async (commands) => {
      try {
        for (const command of commands) store.check(command);
      } catch (cause) {
        throw new RedisError(EXEC_ABORT, { cause });
      }
      return runAll(commands);
    },
    close: async () => store.close(),
  };
}
