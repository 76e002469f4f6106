import { describe, expect, it } from 'vitest';
import { createSharedLook } from '../../../src/domain/health/shared-look.ts';
import { DeadlineError } from '../../../src/lib/deadline.ts';

function setUp() {
  let now = 1_000;
  let looks = 0;
  const kept: Promise<unknown>[] = [];
  const given: number[] = [];
  const shared = createSharedLook<number>({
    freshMs: 2_000,
    lookMs: 30,
    withinMs: 100,
    clock: { now: () => now },
  });
  const ask = async (look: () => Promise<void> = async () => undefined) =>
    await shared.get(
      async (ms) => {
        given.push(ms);
        const mine = ++looks;
        await look();
        return mine;
      },
      (work) => void kept.push(work.catch(() => undefined)),
    );
  return { ask, kept, given, pass: (ms: number) => void (now += ms), looks: () => looks };
}

describe('a shared look', () => {
  it('is given to whoever asks for 2 s, and then made anew', async () => {
    const { ask, pass } = setUp();
    expect(await ask()).toBe(1);
    pass(1_999);
    expect(await ask()).toBe(1);
    pass(1);
    expect(await ask()).toBe(2);
  });

  it('is one for all who ask at the same time, and goes on without its caller', async () => {
    const { ask, kept, looks } = setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    const all = Promise.all([ask(async () => await promise), ask(), ask(), ask()]);
    expect(kept).toHaveLength(1);
    resolve();
    expect(await all).toEqual([1, 1, 1, 1]);
    expect(looks()).toBe(1);
  });

  it('that never comes back is made once more, by one of those who waited', async () => {
    const { ask, looks, given } = setUp();
    const lost = async () => await new Promise<never>(() => undefined);
    void ask(lost);
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = Promise.all([ask(async () => await promise), ask(), ask()]);
    await expect.poll(looks).toBe(2);
    resolve();
    expect(await waiting).toEqual([2, 2, 2]);
    expect(given).toEqual([30, 30]);
  });

  it('that fails is made again by whoever waited, who is told when it fails again', async () => {
    const { ask, looks } = setUp();
    const fail = async () => await Promise.reject(new DeadlineError('broken'));
    const both = await Promise.allSettled([ask(fail), ask(fail)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(looks()).toBe(2);
    expect(await ask()).toBe(3);
  });

  it('has no more time than whoever asks is to have an answer in', async () => {
    const { ask, given, pass } = setUp();
    const { promise, reject } = Promise.withResolvers<never>();
    const first = ask(async () => await promise);
    const second = ask();
    pass(90);
    reject(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    expect(await second).toBe(2);
    expect(given).toEqual([30, 10]);
  });
});
