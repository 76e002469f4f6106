import { loadLuaModule, type LuaModule } from './wasm-module.ts';

const REGISTRY = -10000;
const GC_COLLECT = 2;
const HOOK_ON_EVERY_LINE_AND_COUNT = 12;
const HOOK_ON_COUNT = 8;
/** Instructions between two looks at the clock; about 1 ms. */
const HOOK_INTERVAL = 100_000;
const MAX_STACK_SLOTS = 2000;

export const LuaType = { nil: 0, boolean: 1, number: 3, string: 4, table: 5 } as const;

/** What one script may use. */
export interface ScriptLimits {
  timeMs: number;
  memoryBytes: number;
}

/** One Lua state behind a typed stack API. Strings cross as binary strings (one char is one byte). */
export class LuaMachine {
  readonly #module: LuaModule;
  readonly #limits: ScriptLimits;
  readonly #state: number;
  readonly #hook: number;
  readonly #lengthCell: number;
  #scratch: number;
  #scratchBytes = 64 * 1024;
  #usedBytes = 0;
  #deadline = Infinity;
  #isOverdue = false;

  static async open(limits: ScriptLimits): Promise<LuaMachine> {
    return new LuaMachine(await loadLuaModule(), limits);
  }

  constructor(module: LuaModule, limits: ScriptLimits) {
    this.#module = module;
    this.#limits = limits;
    this.#state = module._luaL_newstate();
    this.#scratch = module._malloc(this.#scratchBytes);
    this.#lengthCell = module._malloc(8);
    // Without os, io, package and debug a script has no way to the host.
    for (const open of [
      module._luaopen_base,
      module._luaopen_table,
      module._luaopen_string,
      module._luaopen_math,
    ]) {
      this.pushFunction(() => open(this.#state));
      module._lua_call(this.#state, 0, 0);
    }
    this.#hook = module.addFunction(() => this.#checkDeadline(), 'vii');
    module._lua_sethook(this.#state, this.#hook, HOOK_ON_COUNT, HOOK_INTERVAL);
    const allocate = (_data = 0, address = 0, oldBytes = 0, newBytes = 0) =>
      this.#allocate(address, oldBytes, newBytes);
    module._lua_setallocf(this.#state, module.addFunction(allocate, 'iiiii'), 0);
    module._lua_checkstack(this.#state, MAX_STACK_SLOTS);
  }

  get top(): number {
    return this.#module._lua_gettop(this.#state);
  }

  setTop(index: number): void {
    this.#module._lua_settop(this.#state, index);
  }

  pop(count = 1): void {
    this.setTop(-count - 1);
  }

  type(index: number): number {
    return this.#module._lua_type(this.#state, index);
  }

  toNumber(index: number): number {
    return this.#module._lua_tonumber(this.#state, index);
  }

  toBoolean(index: number): boolean {
    return this.#module._lua_toboolean(this.#state, index) !== 0;
  }

  /** Only for a value whose type is string: converting a number in place would confuse `next`. */
  toText(index: number): string {
    const address = this.#module._lua_tolstring(this.#state, index, this.#lengthCell);
    const bytes = this.#module.HEAPU32[this.#lengthCell >> 2] ?? 0;
    return Buffer.from(this.#module.HEAPU8.buffer, address, bytes).toString('latin1');
  }

  pushText(text: string): void {
    this.#module._lua_pushlstring(this.#state, this.#write(text), text.length);
  }

  pushNumber(value: number): void {
    this.#module._lua_pushnumber(this.#state, value);
  }

  pushBoolean(value: boolean): void {
    this.#module._lua_pushboolean(this.#state, value ? 1 : 0);
  }

  pushNil(): void {
    this.#module._lua_pushnil(this.#state);
  }

  /** The null pointer, which is `cjson.null`. */
  pushNull(): void {
    this.#module._lua_pushlightuserdata(this.#state, 0);
  }

  pushCopy(index: number): void {
    this.#module._lua_pushvalue(this.#state, index);
  }

  /** `callback` finds its arguments on the stack from index 1 and returns how many results it pushed. */
  pushFunction(callback: () => number): void {
    this.#module._lua_pushcclosure(this.#state, this.#module.addFunction(callback, 'ii'), 0);
  }

  pushTable(items = 0): void {
    this.#module._lua_createtable(this.#state, items, 0);
  }

  /** Replaces the key on top of the stack by the table's value. */
  rawGet(table: number): void {
    this.#module._lua_rawget(this.#state, table);
  }

  /** Pops a value and, below it, its key. */
  rawSet(table: number): void {
    this.#module._lua_rawset(this.#state, table);
  }

  getItem(table: number, position: number): void {
    this.#module._lua_rawgeti(this.#state, table, position);
  }

  setItem(table: number, position: number): void {
    this.#module._lua_rawseti(this.#state, table, position);
  }

  /** Pops a key and pushes the next pair; false at the end. */
  next(table: number): boolean {
    return this.#module._lua_next(this.#state, table) !== 0;
  }

  /** Compiles and leaves either the function or the message on the stack. */
  load(source: string, name: string): boolean {
    const nameAddress = this.#module._malloc(name.length + 1);
    this.#module.HEAPU8.set(Buffer.from(`${name}\0`, 'latin1'), nameAddress);
    const code = this.#write(source);
    const status = this.#module._luaL_loadbuffer(this.#state, code, source.length, nameAddress);
    this.#module._free(nameAddress);
    return status === 0;
  }

  /** Pops the environment table and gives it to the function at `index`. */
  setEnvironment(index: number): void {
    this.#module._lua_setfenv(this.#state, index);
  }

  /** Calls under both limits; on false the error value is on the stack. */
  call(args: number, results: number): boolean {
    this.#deadline = Date.now() + this.#limits.timeMs;
    const status = this.#module._lua_pcall(this.#state, args, results, 0);
    this.#deadline = Infinity;
    if (this.#isOverdue) {
      this.#isOverdue = false;
      this.#module._lua_sethook(this.#state, this.#hook, HOOK_ON_COUNT, HOOK_INTERVAL);
    }
    return status === 0;
  }

  /** Frees at once what a greedy script left behind, so that the next one starts with room. */
  collectIfLarge(): void {
    if (this.#usedBytes > this.#limits.memoryBytes / 4) this.#module._lua_gc(this.#state, GC_COLLECT, 0);
  }

  /** Pops a value and keeps it alive under the returned reference. */
  keep(): number {
    return this.#module._luaL_ref(this.#state, REGISTRY);
  }

  pushKept(reference: number): void {
    this.#module._lua_rawgeti(this.#state, REGISTRY, reference);
  }

  release(reference: number): void {
    this.#module._luaL_unref(this.#state, REGISTRY, reference);
  }

  #write(text: string): number {
    if (text.length > this.#scratchBytes) {
      this.#module._free(this.#scratch);
      this.#scratchBytes = text.length * 2;
      this.#scratch = this.#module._malloc(this.#scratchBytes);
    }
    Buffer.from(this.#module.HEAPU8.buffer, this.#scratch, this.#scratchBytes).write(text, 'latin1');
    return this.#scratch;
  }

  /** Inside a call the limit holds and Lua raises "not enough memory"; outside nothing could catch that error. */
  #allocate(address: number, oldBytes: number, newBytes: number): number {
    if (newBytes === 0) {
      this.#module._free(address);
      this.#usedBytes -= oldBytes;
      return 0;
    }
    const growth = newBytes - (address === 0 ? 0 : oldBytes);
    const isInCall = this.#deadline !== Infinity;
    if (isInCall && growth > 0 && this.#usedBytes + growth > this.#limits.memoryBytes) return 0;
    const moved = this.#module._realloc(address, newBytes);
    if (moved !== 0) this.#usedBytes += growth;
    return moved;
  }

  /** Once overdue the hook fires on every instruction, else a `pcall` in a loop would catch the error and go on. */
  #checkDeadline(): number {
    if (Date.now() <= this.#deadline) return 0;
    if (!this.#isOverdue) {
      this.#isOverdue = true;
      this.#module._lua_sethook(this.#state, this.#hook, HOOK_ON_EVERY_LINE_AND_COUNT, 1);
    }
    this.pushText(`Script killed: it ran longer than ${this.#limits.timeMs} ms`);
    return this.#module._lua_error(this.#state);
  }
}
