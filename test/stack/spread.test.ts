import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, playList, type Step, STEPS } from '../helpers/play-list.ts';
import { createProductionWorkers, type ProductionWorkers } from '../helpers/production-workers.ts';
import { startStores, type Stores } from '../helpers/stores.ts';

/** A run plays a list twice, with people who sign up. */
const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 200) / 50);
/** Whatever a Worker knows that the other one does not shows in these, request by request in turn. */
const TELLING: readonly Step[] = [
  ...(['tom reads', 'tom reads', 'ada renames', 'tom reads', 'tom reads'] as const),
  ...([
    'ada makes tom an editor',
    'tom reads',
    'tom reads',
    'tom describes',
    'tom reads',
    'tom reads',
  ] as const),
  ...(['tom signs in again', 'tom reads there', 'tom reads there'] as const),
  ...(['tom signs out there', 'tom reads there', 'tom reads there'] as const),
];

let stores: Stores;
let workers: ProductionWorkers;
let one: string;
let other: string;

beforeAll(async () => {
  stores = await startStores();
  workers = await createProductionWorkers();
  one = await workers.start(stores.variables);
  other = await workers.start(stores.variables);
});

afterAll(async () => {
  await workers?.stop();
  await stores?.stop();
});

describe('a list of requests', () => {
  it('is answered by two processes of the Worker, at random, as by one', async () => {
    const lists = fc.array(fc.constantFrom(...STEPS), { minLength: 10, maxLength: 30 });
    const property = fc.asyncProperty(lists, fc.infiniteStream(fc.boolean()), async (steps, coins) => {
      const alone = await playList(stores, steps, () => one);
      const spread = await playList(stores, steps, () => (coins.next().value ? one : other));
      expect(spread).toEqual(alone);
    });
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  });

  it('is not, when one of them has a cache or limits of its own', async () => {
    const ofItsOwn = { CACHE_PREFIX: 'apart:cache', LIMITER_PREFIX: 'apart:limit' };
    const apart = await workers.start({ ...stores.variables, ...ofItsOwn });
    const alone = await playList(stores, TELLING, () => one);
    const inTurn = async (second: string) =>
      await playList(stores, TELLING, (nth) => (nth % 2 === 0 ? one : second));
    const spread = await inTurn(apart);
    const contents = (answers: Answer[]) => answers.map(({ status, body }) => ({ status, body }));
    const limits = (answers: Answer[]) => answers.map(({ limit }) => limit);
    expect(contents(spread)).not.toEqual(contents(alone));
    expect(limits(spread)).not.toEqual(limits(alone));
    expect(await inTurn(other)).toEqual(alone);
  });
});
