import { describe, expect, it } from 'vitest';
import { createByteBudget } from '../../../src/crawl/byte-budget.ts';
import { createTurnPool } from '../../../src/queues/turn-pool.ts';

/** A task that says when it starts and ends when it is told to. */
function task(name: string, started: string[]) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = async () => {
    started.push(name);
    return await promise;
  };
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

/** Lets everything run that can. */
const settle = async () => await new Promise((resolve) => setTimeout(resolve, 0));

describe('a pool of turns', () => {
  it('runs no more than its limit, and says how many more it could', async () => {
    const pool = createTurnPool(2);
    const started: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => task(name, started));
    expect(pool.idle).toBe(2);
    const results = [a, b, c].map(async (one, at) => await pool.run(at, one?.run ?? (async () => '')));
    await settle();
    expect([started, pool.idle]).toEqual([['a', 'b'], 0]);
    b?.end();
    await settle();
    expect([started, pool.idle]).toEqual([['a', 'b', 'c'], 0]);
    a?.end();
    c?.end();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
    expect(pool.idle).toBe(2);
  });

  it('lets the earliest turn go first, and equal ones as they came', async () => {
    const pool = createTurnPool(1);
    const started: string[] = [];
    const turns = [
      ['running', 9],
      ['late', 5],
      ['first', 1],
      ['second', 3],
      ['third', 3],
    ] as const;
    const tasks = turns.map(([name]) => task(name, started));
    const results = turns.map(
      async ([, turnAt], at) => await pool.run(turnAt, tasks[at]?.run ?? (async () => '')),
    );
    for (const one of tasks) one.end();
    await Promise.all(results);
    expect(started).toEqual(['running', 'first', 'second', 'third', 'late']);
  });

  it('gives the place of a task that failed to the next, and passes its error on', async () => {
    const pool = createTurnPool(1);
    const started: string[] = [];
    const [bad, good] = [task('bad', started), task('good', started)];
    const failed = pool.run(0, bad.run);
    const done = pool.run(0, good.run);
    bad.fail();
    good.end();
    await expect(failed).rejects.toThrow('bad');
    expect(await done).toBe('good');
    expect(pool.idle).toBe(1);
  });

  it('starts nothing while it is held, and says that it has no place', async () => {
    let isHeld = true;
    const pool = createTurnPool(2, () => isHeld);
    const started: string[] = [];
    const [a, b] = [task('a', started), task('b', started)];
    const results = [pool.run(1, a.run), pool.run(0, b.run)];
    await settle();
    expect([started, pool.idle]).toEqual([[], 0]);
    isHeld = false;
    pool.look();
    await settle();
    expect(started).toEqual(['b', 'a']);
    a.end();
    b.end();
    await Promise.all(results);
    expect(pool.idle).toBe(2);
  });

  it('begins no download while as many bodies as may be in hand wait for their store', async () => {
    const budget = createByteBudget(100, { leastBytes: 50, onRelease: () => pool.look() });
    const pool = createTurnPool(6, () => budget.isFull);
    const stored = new Map<string, () => void>();
    const begun: string[] = [];
    const work = async (name: string) => {
      const lease = await pool.run(0, async () => {
        begun.push(name);
        return await budget.take(1);
      });
      await new Promise<void>((done) => stored.set(name, done));
      lease.release();
    };
    const all = ['a', 'b', 'c', 'd'].map(work);
    await settle();
    // Those that had begun before there was a body wait for their share, and no other begins.
    expect([begun, stored.size]).toEqual([['a', 'b', 'c', 'd'], 2]);
    const later = ['e', 'f'].map(work);
    await settle();
    expect([begun.length, pool.idle]).toEqual([4, 0]);
    for (let count = 1; stored.size < 6; count++) {
      expect(count).toBeLessThan(10);
      for (const done of stored.values()) done();
      await settle();
    }
    for (const done of stored.values()) done();
    await Promise.all([...all, ...later]);
    expect([begun, pool.idle]).toEqual([['a', 'b', 'c', 'd', 'e', 'f'], 6]);
  });
});
