import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProductionWorker } from '../../bench/lib/production-worker.ts';
import type { Child } from '../../dev/process/child.ts';
import { pickAnyPort } from '../../dev/process/free-port.ts';
import { type Answer, playList, type Step, STEPS } from '../helpers/play-list.ts';
import { startStores, type Stores } from '../helpers/stores.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
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
let dataDir: string;
const workers: Child[] = [];

/** Starts another process of the Worker over the same stores; resolves with where it answers. */
async function startWorker(name: string, variables: Record<string, string> = {}): Promise<string> {
  const port = await pickAnyPort();
  const options = {
    root: ROOT,
    dataDir: path.join(dataDir, name),
    port,
    variables: { ...stores.variables, ...variables },
    signal: new AbortController().signal,
  };
  workers.push(await startProductionWorker(options));
  return `http://127.0.0.1:${port}`;
}

let one: string;
let other: string;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-spread-'));
  stores = await startStores();
  one = await startWorker('one');
  other = await startWorker('other');
});

afterAll(async () => {
  for (const worker of workers) await worker.stop();
  await stores?.stop();
  rmSync(dataDir, { recursive: true, force: true });
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
    const apart = await startWorker('apart', { CACHE_PREFIX: 'apart:cache', LIMITER_PREFIX: 'apart:limit' });
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
