import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createProductionWorkers, type ProductionWorkers } from '../helpers/production-workers.ts';
import { startStores, type Stores } from '../helpers/stores.ts';

/** Limits of a deployment. */
const ANONYMOUS = 60;

let stores: Stores;
let workers: ProductionWorkers;
const urls: string[] = [];

beforeAll(async () => {
  stores = await startStores();
  workers = await createProductionWorkers();
  const variables = { ...stores.variables, LIMITER_SCALE: '1' };
  for (let count = 0; count < 2; count++) urls.push(await workers.start(variables));
});

afterAll(async () => {
  await workers?.stop();
  await stores?.stop();
});

describe('two processes of the Worker over the same Redis', () => {
  it('let through together what one of them would', async () => {
    await vi.waitUntil(() => Date.now() % 60_000 < 45_000, { timeout: 20_000 });
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const response = await fetch(`${urls[index % 2]}/v1/projects`, {
          signal: AbortSignal.timeout(60_000),
        });
        await response.body?.cancel();
        return response.status;
      }),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(ANONYMOUS);
    expect(statuses.filter((status) => status === 429)).toHaveLength(100 - ANONYMOUS);
    // And each of them by the other's count.
    for (const url of urls) {
      const { status, headers } = await fetch(`${url}/v1/projects`, { signal: AbortSignal.timeout(60_000) });
      expect([status, headers.get('ratelimit')?.split(';')[1]]).toEqual([429, 'r=0']);
    }
  });
});
