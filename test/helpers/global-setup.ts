import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startProductionWorker } from '../../bench/lib/production-worker.ts';
import { pickAnyPort } from '../../dev/process/free-port.ts';
import { startStores, type Stores } from './stores.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Worker's variables. */
    variables: Stores['variables'];
    /** The same stores from outside the Worker. */
    stores: Stores['addresses'];
    /** Runs of each property test: PROPERTY_RUNS of the environment. */
    propertyRuns: number;
    /** Another process of the Worker over the same stores, which gets every other request; null unless asked for. */
    otherWorkerUrl: string | null;
  }
}

/** Starts the stores once for all integration tests; each test brings its own people and projects. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stores = await startStores();
  const other = process.env['DARKROOM_TEST_SPREAD'] === '1' ? await startOtherWorker(stores) : null;
  project.provide('variables', stores.variables);
  project.provide('stores', stores.addresses);
  project.provide('propertyRuns', Number(process.env['PROPERTY_RUNS'] ?? 200));
  project.provide('otherWorkerUrl', other?.url ?? null);
  return async () => {
    await other?.stop();
    await stores.stop();
  };
}

async function startOtherWorker(stores: Stores): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-other-'));
  const port = await pickAnyPort();
  const root = path.resolve(import.meta.dirname, '../..');
  const { signal } = new AbortController();
  const worker = await startProductionWorker({ root, dataDir, port, variables: stores.variables, signal });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await worker.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
