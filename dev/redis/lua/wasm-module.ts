import { createRequire } from 'node:module';

/** The part of the Lua 5.1 C API that scripting needs. States, strings and functions are addresses in WASM memory. */
export interface LuaModule {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  addFunction(callback: (...args: number[]) => number, signature: string): number;
  _malloc(bytes: number): number;
  _realloc(address: number, bytes: number): number;
  _free(address: number): void;
  _luaL_newstate(): number;
  _luaL_loadbuffer(state: number, source: number, bytes: number, name: number): number;
  _luaL_ref(state: number, table: number): number;
  _luaL_unref(state: number, table: number, reference: number): void;
  _luaopen_base(state: number): number;
  _luaopen_table(state: number): number;
  _luaopen_string(state: number): number;
  _luaopen_math(state: number): number;
  _lua_setallocf(state: number, allocator: number, data: number): void;
  _lua_sethook(state: number, hook: number, mask: number, count: number): void;
  _lua_error(state: number): number;
  _lua_call(state: number, args: number, results: number): void;
  _lua_pcall(state: number, args: number, results: number, handler: number): number;
  _lua_checkstack(state: number, slots: number): number;
  _lua_gc(state: number, what: number, data: number): number;
  _lua_gettop(state: number): number;
  _lua_settop(state: number, index: number): void;
  _lua_type(state: number, index: number): number;
  _lua_objlen(state: number, index: number): number;
  _lua_tonumber(state: number, index: number): number;
  _lua_toboolean(state: number, index: number): number;
  _lua_tolstring(state: number, index: number, length: number): number;
  _lua_pushlstring(state: number, source: number, bytes: number): void;
  _lua_pushnumber(state: number, value: number): void;
  _lua_pushboolean(state: number, value: number): void;
  _lua_pushnil(state: number): void;
  _lua_pushlightuserdata(state: number, address: number): void;
  _lua_pushcclosure(state: number, callback: number, upvalues: number): void;
  _lua_pushvalue(state: number, index: number): void;
  _lua_createtable(state: number, items: number, fields: number): void;
  _lua_rawget(state: number, index: number): void;
  _lua_rawset(state: number, index: number): void;
  _lua_rawgeti(state: number, index: number, position: number): void;
  _lua_rawseti(state: number, index: number, position: number): void;
  _lua_next(state: number, index: number): number;
  _lua_setfenv(state: number, index: number): number;
}

/**
 * The package ships no types for its WASM exports. Guarantee: version 1.18.10, pinned in package.json, exports every
 * member of `LuaModule`; the spot check below fails loudly should another version lack the C API.
 */
function asLuaModule(module: object): LuaModule {
  if (!('_lua_setallocf' in module && '_luaL_loadbuffer' in module && 'HEAPU8' in module)) {
    throw new Error('wasmoon-lua5.1 does not export the Lua C API');
  }
  return module as LuaModule;
}

/** Loads a new instance of Lua 5.1 (about 40 ms). */
export async function loadLuaModule(): Promise<LuaModule> {
  const require = createRequire(import.meta.url);
  const { LuaApi }: typeof import('wasmoon-lua5.1') = require('wasmoon-lua5.1');
  const wasm = require.resolve('wasmoon-lua5.1').replace(/index\.js$/, 'liblua5.1.wasm');
  const api = await LuaApi.initialize(wasm);
  return asLuaModule(api.module);
}
