import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEmbeddedEngine, type Gateway, startGateway } from '../../../dev/redis/index.ts';
import { CommandError } from '../../../src/redis/command-batch.ts';
import { BreakerOpenError } from '../../../src/resilience/breaker.ts';
import type { Caller } from '../../../src/resilience/caller.ts';
import { addScript, defineScript } from '../../../src/redis/script.ts';
import { fakeClock, type FakeClock } from '../../helpers/fakes/clock.ts';
import { newCaller } from '../../helpers/caller.ts';
import { type FaultProxy, startFaultProxy } from '../../helpers/fault-proxy.ts';
import { openRedis } from '../../helpers/redis-database.ts';

const TOKEN = 'unit';

describe('a Redis database', () => {
  let gateways: Gateway[];
  let first: FaultProxy;
  let second: FaultProxy;
  let clock: FakeClock;
  let caller: Caller;
  const background: Promise<unknown>[] = [];

  beforeAll(async () => {
    gateways = await Promise.all(
      [1, 2].map(async () => await startGateway({ engine: await createEmbeddedEngine(), token: TOKEN })),
    );
  });
  afterAll(async () => {
    for (const gateway of gateways) await gateway.close();
  });
  // What an isolate knows of an endpoint is its caller's: every test has one of its own.
  beforeEach(async () => {
    clock = fakeClock();
    caller = newCaller(clock);
    const [one, two] = gateways.map(({ url }) => url);
    first = await startFaultProxy(one ?? '');
    second = await startFaultProxy(two ?? '');
    return async () => {
      await Promise.all(background.splice(0));
      await first.close();
      await second.close();
    };
  });

  const open = (urls: string[]) =>
    openRedis(urls, TOKEN, { caller, background: (work) => void background.push(work) });

  async function ask(urls: string[]): Promise<unknown> {
    const batch = open(urls).open();
    const answer = batch.add((list) => list.get('who'));
    await batch.send();
    return await answer;
  }

  async function put(url: string, value: string): Promise<void> {
    const batch = open([url]).open();
    const done = batch.add((list) => list.set('who', value));
    await batch.send();
    await done;
  }

  it('gives every part of a trip its own answer and its own error', async () => {
    const batch = open([first.url]).open();
    const set = batch.add((list) => list.set('text', 'not a number'));
    const wrong = batch.add((list) => list.incr('text'));
    const text = batch.add((list) => list.get('text'));
    await batch.send();
    expect(await set).toBe('OK');
    await expect(wrong).rejects.toBeInstanceOf(CommandError);
    expect(await text).toBe('not a number');
  });

  it('runs a script that it has never seen, in one more trip, and knows it then', async () => {
    const script = defineScript(`return 'ran ${crypto.randomUUID()} ' .. ARGV[1]`);
    const redis = open([first.url]);
    const run = async () => {
      let trips = 0;
      const batch = redis.open();
      const answer = addScript(batch, () => (trips++, redis.open()), script, [], ['x']);
      await batch.send();
      return { answer: await answer, trips };
    };
    expect(await run()).toEqual({ answer: expect.stringMatching(/^ran .* x$/), trips: 1 });
    expect(await run()).toEqual({ answer: expect.stringMatching(/^ran .* x$/), trips: 0 });
  });

  it('is not asked any more after five failures, but beside the requests, until it works again', async () => {
    await put(first.url, 'first');
    first.set('reset');
    for (let count = 0; count < 5; count++) await expect(ask([first.url])).rejects.toThrow();
    first.set('ok');
    await expect(ask([first.url])).rejects.toBeInstanceOf(BreakerOpenError);
    await clock.advance(2_000);
    await expect(ask([first.url])).rejects.toBeInstanceOf(BreakerOpenError);
    await Promise.all(background.splice(0));
    expect(await ask([first.url])).toBe('first');
  });

  it('goes to the second endpoint while the first does not work, and back', async () => {
    await put(first.url, 'first');
    await put(second.url, 'second');
    const both = [first.url, second.url];
    expect(await ask(both)).toBe('first');
    first.set('error');
    for (let count = 0; count < 5; count++) await expect(ask(both)).rejects.toThrow();
    expect(await ask(both)).toBe('second');
    first.set('ok');
    await clock.advance(2_000);
    expect(await ask(both)).toBe('second');
    await Promise.all(background.splice(0));
    expect(await ask(both)).toBe('first');
  });

  it('tells every endpoint what none may forget, and says when one did not hear it', async () => {
    const both = [first.url, second.url];
    const name = crypto.randomUUID();
    await open(both).tellAll((list) => list.set('who', name));
    expect([await ask([first.url]), await ask([second.url])]).toEqual([name, name]);
    second.set('reset');
    await expect(open(both).tellAll((list) => list.set('who', 'x'))).rejects.toThrow();
    second.set('ok');
    await expect(open(both).tellAll((list) => list.incr('who'))).rejects.toThrow('refused');
  });
});
