import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Command, RedisError, type Reply, Status } from '../../dev/redis/reply.ts';
import { embeddedEngine, engines, type OpenEngine, systemEngines } from './engines.ts';
import { anyCommand } from './fuzz-commands.ts';
import { anyModelStep, createModel } from './fuzz-model.ts';

/** A failure prints the seed and the path, with which `fc.assert` repeats it. */
const NUM_RUNS = Number(process.env['PROPERTY_RUNS'] ?? 200);
const MAX_COMMANDS = 60;
const FLUSH: Command = { name: 'FLUSHALL', args: [] };

/** Sets and hashes have no order, and only some versions of Redis name the line of a script. */
function normalize({ name }: Command, reply: Reply | undefined): unknown {
  if (reply instanceof RedisError) return `error: ${reply.message.replace(/ script: [0-9a-f]{40}.*$/s, '')}`;
  if (reply instanceof Status) return reply.text;
  if (name === 'SMEMBERS' && Array.isArray(reply)) return reply.map(String).sort();
  if (name === 'HGETALL' && Array.isArray(reply)) {
    return reply
      .flatMap((item, at) => (at % 2 === 0 ? [`${String(item)}=${String(reply[at + 1])}`] : []))
      .sort();
  }
  return reply;
}

describe.each(systemEngines)('the embedded engine against the $name', (oracle) => {
  let expected: OpenEngine;
  let actual: OpenEngine;
  beforeAll(async () => {
    expected = await oracle.open();
    actual = await embeddedEngine.open();
  });
  afterAll(async () => {
    await expected?.close();
    await actual?.close();
  });

  it('answers random commands alike', async () => {
    const property = fc.asyncProperty(
      fc.array(anyCommand, { maxLength: MAX_COMMANDS, size: 'max' }),
      async (commands) => {
        const [theirs, ours] = await Promise.all([
          expected.engine.run([FLUSH, ...commands]),
          actual.engine.run([FLUSH, ...commands]),
        ]);
        commands.forEach((command, at) => {
          expect([command, normalize(command, ours[at + 1])]).toEqual([
            command,
            normalize(command, theirs[at + 1]),
          ]);
        });
      },
    );
    await fc.assert(property, { numRuns: NUM_RUNS });
  });
});

describe.each(engines)('the $name engine against plain maps', (underTest) => {
  let open: OpenEngine;
  beforeAll(async () => {
    open = await underTest.open();
  });
  afterAll(async () => {
    await open?.close();
  });

  it('agrees on strings, hashes and sorted sets', async () => {
    const property = fc.asyncProperty(
      fc.array(anyModelStep, { maxLength: MAX_COMMANDS, size: 'max' }),
      async (steps) => {
        const model = createModel();
        const replies = await open.engine.run([FLUSH, ...steps]);
        steps.forEach((step, at) => {
          const reply = replies[at + 1];
          const seen = reply instanceof Status ? reply.text : reply;
          expect([step, seen]).toEqual([step, model(step)]);
        });
      },
    );
    await fc.assert(property, { numRuns: NUM_RUNS });
  });
});
