import { describe, expect, it } from 'vitest';
import { createFairPool } from '../../../src/queues/fair-pool.ts';

/** A task that ends when it is told to, and says when it has begun. */
function task(name: string, begun: string[]) {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { run: async () => (begun.push(name), await promise), end: resolve };
}
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a fair pool', () => {
  it('never runs more tasks than its limit, over all lanes', async () => {
    const begun: string[] = [];
    const pool = createFairPool(2);
    const [one, two] = [pool.lane(), pool.lane()];
    const tasks = ['a', 'b', 'c'].map((name) => task(name, begun));
    const done = [one(tasks[0]?.run ?? settle), two(tasks[1]?.run ?? settle), one(tasks[2]?.run ?? settle)];
    await settle();
    expect(begun).toEqual(['a', 'b']);
    for (const { end } of tasks) end();
    await Promise.all(done);
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('gives a free place to each lane in turn, however long the others are', async () => {
    const order: string[] = [];
    const pool = createFairPool(1);
    const [long, short] = [pool.lane(), pool.lane()];
    const add = (lane: ReturnType<typeof pool.lane>, name: string) => lane(async () => void order.push(name));
    await Promise.all([
      ...['l1', 'l2', 'l3', 'l4', 'l5'].map((name) => add(long, name)),
      ...['s1', 's2'].map((name) => add(short, name)),
    ]);
    expect(order).toEqual(['l1', 'l2', 's1', 'l3', 's2', 'l4', 'l5']);
  });

  it('gives its place on when a task fails', async () => {
    const pool = createFairPool(1);
    const run = pool.lane();
    const failing = run(async () => {
      throw new Error('broken');
    });
    const next = run(async () => 'went on');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('went on');
  });
});
