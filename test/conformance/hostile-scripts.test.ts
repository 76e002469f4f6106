import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { openRest, type RestRedis } from './rest.ts';

describe.each(engines)('hostile scripts on the $name engine', (engine) => {
  let redis: RestRedis;
  beforeAll(async () => {
    redis = await openRest(engine);
  });
  afterAll(async () => {
    await redis?.close();
  });

  it.each([
    ['an endless loop', 'while true do end'],
    ['an endless loop inside pcall', 'while true do pcall(function() while true do end end) end'],
  ])('kills %s and stays usable', async (_name, source) => {
    await expect(redis.evaluate(source)).rejects.toThrow(/killed/i);
    expect(await redis.evaluate('return 1')).toBe(1);
    expect(await redis.call('PING')).toBe('PONG');
  });

  it.each([
    ['string.upper = nil'],
    ['string.upper = function() return "stolen" end'],
    ['rawset(string, "upper", nil)'],
    ['table.insert(string, "x")'],
    ['getmetatable("").__index = {}'],
    ['setmetatable(string, {__index = {}})'],
    ['redis.call = nil'],
    ['_G.tostring = nil'],
    ['leaked = 1'],
    ['local t = {} for k in pairs(_G) do t[k] = true end _G.string = t'],
  ])('does not let the next script feel: %s', async (source) => {
    await redis.evaluate(source).catch(() => undefined);
    const probe = `local ok = pcall(function() return leaked end)
      return {("x"):upper(), string.upper("y"), #string, tostring(1), redis.call("PING").ok, tostring(ok)}`;
    expect(await redis.evaluate(probe)).toEqual(['X', 'Y', 0, '1', 'PONG', 'false']);
  });

  it.each(['os', 'io', 'require', 'package', 'dofile', 'loadfile', 'debug', 'getfenv', 'setfenv', 'print'])(
    'offers no %s',
    async (name) => {
      await expect(redis.evaluate(`return ${name}("x")`)).rejects.toThrow(
        `nonexistent global variable '${name}'`,
      );
    },
  );

  it('refuses bytecode', async () => {
    expect(await redis.evaluate('return loadstring("\\27Lua") == nil and 1 or 0')).toBe(1);
    await expect(redis.evaluate('\u001bLua')).rejects.toThrow('ERR Error compiling script');
  });

  it('answers endless recursion with an error', async () => {
    await expect(redis.evaluate('local function f() return 1 + f() end return f()')).rejects.toThrow(
      'stack overflow',
    );
    expect(await redis.evaluate('return 1')).toBe(1);
  });
});
