import { describe, expect, it } from 'vitest';
import { createRetryBudget, retry } from '../../../src/resilience/retry.ts';

const FIGURES = { budgetRatio: 0.1, budgetBurst: 10, baseMs: 100, maxMs: 250 };

/** A plan under whose clock nobody waits; `fails`: how often the work fails first. */
function stage(fails: number, more: Partial<Parameters<typeof retry>[1]> = {}) {
  let leftMs = 10_000;
  let calls = 0;
  const pauses: number[] = [];
  const plan = {
    retries: 3,
    figures: FIGURES,
    budget: createRetryBudget(FIGURES),
    leftMs: () => leftMs,
    waitOf: () => 0,
    sleep: async (ms: number) => {
      pauses.push(ms);
      leftMs -= ms;
    },
    random: () => 1,
    ...more,
  };
  const run = async () =>
    await retry(async () => {
      calls += 1;
      if (calls <= fails) throw new Error(`failure ${calls}`);
      return 'done';
    }, plan);
  return { run, pauses, calls: () => calls };
}

describe('a call that is safe to repeat', () => {
  it('is tried again after pauses that double up to the longest, and drawn from nothing on', async () => {
    const { run, pauses } = stage(3);
    expect(await run()).toBe('done');
    expect(pauses).toEqual([100, 200, 250]);
    const lucky = stage(3, { random: () => 0 });
    await lucky.run();
    expect(lucky.pauses).toEqual([0, 0, 0]);
  });

  it('fails with its last error when no retry is left', async () => {
    const { run, calls } = stage(9);
    await expect(run()).rejects.toThrow('failure 4');
    expect(calls()).toBe(4);
  });

  it('is not repeated when the error will not pass, or none is allowed', async () => {
    for (const more of [{ waitOf: () => null }, { retries: 0 }]) {
      const { run, calls } = stage(1, more);
      await expect(run()).rejects.toThrow('failure 1');
      expect(calls()).toBe(1);
    }
  });

  it('waits at least as long as the other side asks for', async () => {
    const { run, pauses } = stage(1, { waitOf: () => 3_000, random: () => 0.5 });
    await run();
    expect(pauses).toEqual([3_050]);
  });

  it('gives up at once when the pause would outlast the deadline', async () => {
    const { run, pauses } = stage(1, { waitOf: () => 10_000 });
    await expect(run()).rejects.toThrow('failure 1');
    expect(pauses).toEqual([]);
  });
});

describe('a budget of retries', () => {
  it('lets a dependency that is down have no more than a tenth of calls above what was saved up', async () => {
    const budget = createRetryBudget(FIGURES);
    let calls = 0;
    for (let nth = 0; nth < 1_000; nth++) {
      const one = stage(Infinity, { budget });
      await one.run().catch(() => undefined);
      calls += one.calls();
    }
    expect(calls).toBeGreaterThan(1_000 + 90);
    expect(calls).toBeLessThanOrEqual(1_000 + 10 + 100);
  });
});
