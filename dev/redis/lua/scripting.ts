import type { CommandTable } from '../commands/command-spec.ts';
import { OK, RedisError, type Reply, wrongArity } from '../reply.ts';
import { stripShebang } from '../shebang.ts';
import { pushHostFunctions, type ScriptCall, sha1Hex } from './host-functions.ts';
import { LuaMachine, LuaType, type ScriptLimits } from './machine.ts';
import { SANDBOX_SOURCE } from './sandbox-source.ts';
import { pushList, readReply, readTextField } from './values.ts';

/** A client that builds its scripts from text would otherwise fill the machine; EVALSHA then answers NOSCRIPT. */
const MAX_CACHED_SCRIPTS = 1000;
const BYTECODE_MARK = '\x1b';

/** EVAL, EVALSHA and SCRIPT on one Lua machine. */
export class Scripting {
  readonly #lua: LuaMachine;
  readonly #enter: number;
  readonly #compiled = new Map<string, number>();

  static async open(call: ScriptCall, limits: ScriptLimits): Promise<Scripting> {
    return new Scripting(await LuaMachine.open(limits), call);
  }

  constructor(lua: LuaMachine, call: ScriptCall) {
    this.#lua = lua;
    const isLoaded = lua.load(SANDBOX_SOURCE, '@sandbox');
    const args = isLoaded ? pushHostFunctions(lua, call) : 0;
    if (!isLoaded || !lua.call(args, 1)) throw new Error(`Lua sandbox: ${lua.toText(-1)}`);
    this.#enter = lua.keep();
  }

  /** The commands to add to the engine's table. */
  get commands(): CommandTable {
    const evaluate = {
      arity: -3,
      run: (_keyspace: unknown, [source = '', ...rest]: readonly string[]) =>
        this.#run(this.#compile(source), rest),
    };
    const evaluateKnown = {
      arity: -3,
      run: (_keyspace: unknown, [sha = '', ...rest]: readonly string[]) => this.#runKnown(sha, rest),
    };
    return {
      eval: evaluate,
      eval_ro: evaluate,
      evalsha: evaluateKnown,
      evalsha_ro: evaluateKnown,
      script: { arity: -2, run: (_keyspace, args) => this.#manage(args) },
    };
  }

  #manage([verb = '', ...rest]: readonly string[]): Reply {
    const [source] = rest;
    switch (verb.toUpperCase()) {
      case 'LOAD':
        if (source === undefined || rest.length > 1) throw wrongArity('script|load');
        return this.#compile(source);
      case 'EXISTS':
        if (rest.length === 0) throw wrongArity('script|exists');
        return rest.map((sha) => (this.#compiled.has(sha.toLowerCase()) ? 1 : 0));
      case 'FLUSH':
        for (const reference of this.#compiled.values()) this.#lua.release(reference);
        this.#compiled.clear();
        return OK;
      default:
        throw new RedisError(`ERR unknown subcommand '${verb.slice(0, 128)}'. Try SCRIPT HELP.`);
    }
  }

  /** Returns the SHA-1 of the source as the caller sent it, with its shebang. */
  #compile(source: string): string {
    const sha = sha1Hex(source);
    if (this.#compiled.has(sha)) return sha;
    const text = stripShebang(source);
    if (text.startsWith(BYTECODE_MARK)) throw new RedisError('ERR Error compiling script: not source text');
    if (!this.#lua.load(text, '@user_script')) {
      const message = this.#lua.toText(-1);
      this.#lua.setTop(0);
      throw new RedisError(`ERR Error compiling script (new function): ${message}`);
    }
    this.#forgetOldest();
    this.#compiled.set(sha, this.#lua.keep());
    return sha;
  }

  #forgetOldest(): void {
    if (this.#compiled.size < MAX_CACHED_SCRIPTS) return;
    for (const [sha, reference] of this.#compiled) {
      this.#lua.release(reference);
      this.#compiled.delete(sha);
      return;
    }
  }

  #runKnown(sha: string, rest: readonly string[]): Reply {
    const name = sha.toLowerCase();
    if (!this.#compiled.has(name)) throw new RedisError('NOSCRIPT No matching script. Please use EVAL.');
    return this.#run(name, rest);
  }

  #run(sha: string, [count = '', ...rest]: readonly string[]): Reply {
    const keyCount = parseKeyCount(count, rest.length);
    const lua = this.#lua;
    lua.setTop(0);
    lua.pushKept(this.#compiled.get(sha) ?? 0);
    lua.pushCopy(1);
    lua.pushKept(this.#enter);
    pushList(lua, rest.slice(0, keyCount), (key) => lua.pushText(key));
    pushList(lua, rest.slice(keyCount), (arg) => lua.pushText(arg));
    try {
      if (!lua.call(2, 1)) return this.#readFailure(sha);
      lua.setEnvironment(1);
      return lua.call(0, 1) ? readReply(lua, lua.top) : this.#readFailure(sha);
    } finally {
      lua.setTop(0);
      lua.collectIfLarge();
    }
  }

  #readFailure(sha: string): RedisError {
    const lua = this.#lua;
    if (lua.type(-1) === LuaType.table) {
      const raised = readTextField(lua, lua.top, 'err') ?? 'ERR unknown error';
      return describeFailure(raised, readTextField(lua, lua.top, 'where') ?? '', sha);
    }
    const message = lua.type(-1) === LuaType.string ? lua.toText(-1) : 'unknown error';
    return describeFailure(`ERR ${message}`, message, sha);
  }
}

/** Adds the script and, when `where` tells it, the line, as Redis does. */
function describeFailure(message: string, where: string, sha: string): RedisError {
  const line = /user_script:(\d+)/.exec(where)?.[1];
  const place = line === undefined ? '' : `, on @user_script:${line}.`;
  return new RedisError(`${message} script: ${sha}${place}`);
}

function parseKeyCount(text: string, available: number): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new RedisError('ERR value is not an integer or out of range');
  const count = Number(text);
  if (count > available) throw new RedisError("ERR Number of keys can't be greater than number of args");
  if (count < 0) throw new RedisError("ERR Number of keys can't be negative");
  return count;
}
