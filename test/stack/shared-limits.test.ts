import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startProductionWorker } from '../../bench/lib/production-worker.ts';
import type { Child } from '../../dev/process/child.ts';
import { pickAnyPort } from '../../dev/process/free-port.ts';
import { startStores, type Stores } from '../helpers/stores.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Limits of a deployment. */
const ANONYMOUS = 60;

let stores: Stores;
let dataDir: string;
const workers: Child[] = [];
const urls: string[] = [];

async function startWorker(name: string): Promise<void> {
  const port = await pickAnyPort();
  const worker = await startProductionWorker({
    root: ROOT,
    dataDir: path.join(dataDir, name),
    port,
    variables: { ...stores.variables, LIMITER_SCALE: '1' },
    signal: new AbortController().signal,
  });
  workers.push(worker);
  urls.push(`http://127.0.0.1:${port}`);
}

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-limits-'));
  stores = await startStores();
  await startWorker('one');
  await startWorker('other');
});

afterAll(async () => {
  for (const worker of workers) await worker.stop();
  await stores?.stop();
  rmSync(dataDir, { recursive: true, force: true });
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
