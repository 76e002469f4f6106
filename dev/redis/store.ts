import type { CommandSpec } from './commands/command-spec.ts';
import { dataCommands, isArityMet, resolveCommand } from './commands/command-table.ts';
import { Keyspace } from './keyspace.ts';
import type { ScriptLimits } from './lua/machine.ts';
import { Scripting } from './lua/scripting.ts';
import { type Command, RedisError, type Reply } from './reply.ts';

const SWEEP_INTERVAL_MS = 1000;
const REFUSED_IN_SCRIPTS = new Set(['eval', 'eval_ro', 'evalsha', 'evalsha_ro', 'script']);

export interface StoreOptions extends ScriptLimits {
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** The embedded Redis. Every call is synchronous: nothing can come between the commands of one script or transaction. */
export class Store {
  readonly #keyspace: Keyspace;
  readonly #table = new Map<string, CommandSpec>(Object.entries(dataCommands));
  readonly #sweeper: NodeJS.Timeout;

  /** Loads Lua first; rejects when the WASM module is missing. */
  static async open(options: StoreOptions): Promise<Store> {
    const store = new Store(options.now);
    try {
      const scripting = await Scripting.open((name, args) => store.#callFromScript(name, args), options);
      for (const [name, spec] of Object.entries(scripting.commands)) store.#table.set(name, spec);
      return store;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  constructor(now: () => number) {
    this.#keyspace = new Keyspace(now);
    this.#sweeper = setInterval(() => this.#keyspace.sweep(), SWEEP_INTERVAL_MS);
    this.#sweeper.unref();
  }

  /** Runs one command; an error reply is a value. */
  call({ name, args }: Command): Reply {
    try {
      return resolveCommand(this.#table, name, args).run(this.#keyspace, args);
    } catch (error) {
      if (error instanceof RedisError) return error;
      throw error;
    }
  }

  /** Throws the error that Redis gives while it queues the command of a transaction. */
  check({ name, args }: Command): void {
    resolveCommand(this.#table, name, args);
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.#keyspace.clear();
  }

  #callFromScript(name: string, args: string[]): Reply {
    const lower = name.toLowerCase();
    const spec = this.#table.get(lower);
    if (spec === undefined) return new RedisError('ERR Unknown Redis command called from script');
    if (REFUSED_IN_SCRIPTS.has(lower)) {
      return new RedisError('ERR This Redis command is not allowed from script');
    }
    if (!isArityMet(spec, args.length)) {
      return new RedisError('ERR Wrong number of args calling Redis command from script');
    }
    return this.call({ name, args });
  }
}
