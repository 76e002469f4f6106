import { describe, expect, it } from 'vitest';
import { type ByteLease, createByteBudget } from '../../../src/crawl/byte-budget.ts';

/** Takes a lease and tells whether it was given. */
function ask(budget: ReturnType<typeof createByteBudget>, bytes: number) {
  const asked: { lease: ByteLease | null; given: Promise<ByteLease> } = {
    lease: null,
    given: budget.take(bytes),
  };
  void asked.given.then((lease) => (asked.lease = lease));
  return asked;
}

/** Lets everything that can go on go on. */
const settle = async () => await new Promise((resolve) => setImmediate(resolve));

describe('a byte budget', () => {
  it('gives what fits and lets the rest wait until enough is released', async () => {
    const budget = createByteBudget(10);
    const [first, second, third] = [ask(budget, 6), ask(budget, 4), ask(budget, 5)];
    await settle();
    expect([first, second, third].map(({ lease }) => lease !== null)).toEqual([true, true, false]);
    second.lease?.release();
    await settle();
    expect(third.lease).toBeNull();
    first.lease?.release();
    await settle();
    expect(third.lease).not.toBeNull();
  });

  it('serves in the order of asking, so that a large body is not overtaken for ever', async () => {
    const budget = createByteBudget(10);
    const held = ask(budget, 5);
    const [large, small] = [ask(budget, 10), ask(budget, 1)];
    await settle();
    expect([large.lease, small.lease]).toEqual([null, null]);
    held.lease?.release();
    await settle();
    expect([large.lease !== null, small.lease !== null]).toEqual([true, false]);
  });

  it('lets a body larger than everything go when it is alone', async () => {
    const budget = createByteBudget(10);
    const held = ask(budget, 1);
    const huge = ask(budget, 50);
    await settle();
    expect(huge.lease).toBeNull();
    held.lease?.release();
    await settle();
    expect(huge.lease).not.toBeNull();
    const next = ask(budget, 1);
    await settle();
    expect(next.lease).toBeNull();
  });

  it('counts a lease that is released twice once', async () => {
    const budget = createByteBudget(10);
    const [one, two] = [await budget.take(5), await budget.take(5)];
    one.release();
    one.release();
    const [fits, waits] = [ask(budget, 5), ask(budget, 5)];
    await settle();
    expect([fits.lease !== null, waits.lease !== null]).toEqual([true, false]);
    two.release();
    await settle();
    expect(waits.lease).not.toBeNull();
  });

  it('counts a small body as the least there is, and says when not even that would fit', async () => {
    let releases = 0;
    const budget = createByteBudget(10, { leastBytes: 5, onRelease: () => releases++ });
    expect(budget.isFull).toBe(false);
    const [one, two, three] = [ask(budget, 1), ask(budget, 0), ask(budget, 1)];
    await settle();
    expect([one, two, three].map(({ lease }) => lease !== null)).toEqual([true, true, false]);
    expect([budget.isFull, releases]).toEqual([true, 0]);
    one.lease?.release();
    one.lease?.release();
    await settle();
    expect([three.lease !== null, budget.isFull, releases]).toEqual([true, true, 1]);
    two.lease?.release();
    expect([budget.isFull, releases]).toEqual([false, 2]);
  });
});
