import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedEngine, type Engine } from '../../dev/redis/index.ts';

const MEMORY_BYTES = 16 * 1024 * 1024;

describe('the limits of scripts on the embedded engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEmbeddedEngine({ scriptLimitMs: 5000, scriptMemoryBytes: MEMORY_BYTES });
  });
  afterAll(async () => {
    await engine?.close();
  });

  const evaluate = async (source: string) => (await engine.run([{ name: 'EVAL', args: [source, '0'] }]))[0];

  it.each([
    ['local s = "x" while true do s = s .. s end', 'not enough memory'],
    ['local t = {} for i = 1, 1e9 do t[i] = {} end', 'not enough memory'],
    ['return #(string.rep("x", 9000000) .. "y")', 'not enough memory'],
    ['return string.rep("x", 1e9)', 'resulting string too large'],
    ['return ("x"):rep(1e9)', 'resulting string too large'],
  ])('stops %s and frees what it took', async (source, message) => {
    for (let round = 0; round < 3; round++) {
      expect(await evaluate(source)).toMatchObject({ message: expect.stringContaining(message) });
    }
    expect(await evaluate('return #string.rep("x", 4000000)')).toBe(4_000_000);
  });

  it('answers a table that holds itself twice with an error', async () => {
    for (const source of ['return t', 'return cjson.encode(t)']) {
      const reply = await evaluate(`local t = {} t[1] = t t[2] = t ${source}`);
      expect(reply).toMatchObject({ message: expect.stringMatching(/stack limit|excessive nesting/) });
    }
  });

  it('kills a loop whose xpcall handler loops too', async () => {
    const brief = await createEmbeddedEngine({ scriptLimitMs: 50 });
    const loop = 'function() while true do end end';
    const [reply] = await brief.run([
      { name: 'EVAL', args: [`while true do xpcall(${loop}, ${loop}) end`, '0'] },
    ]);
    expect(reply).toMatchObject({ message: expect.stringContaining('Script killed') });
    await brief.close();
  });

  it('forgets the oldest of more than a thousand scripts and compiles it again', async () => {
    const first = 'return "first"';
    const [sha] = await engine.run([{ name: 'SCRIPT', args: ['LOAD', first] }]);
    for (let index = 0; index < 1001; index++) await evaluate(`return ${index}`);
    const [exists] = await engine.run([{ name: 'SCRIPT', args: ['EXISTS', String(sha)] }]);
    expect(exists).toEqual([0]);
    expect(await evaluate(first)).toBe('first');
  });
});
