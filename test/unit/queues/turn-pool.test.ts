import { describe, expect, it } from 'vitest';
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
});
