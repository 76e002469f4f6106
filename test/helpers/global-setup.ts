import type { TestProject } from 'vitest/node';
import { createProductionWorkers } from './production-workers.ts';
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
  const workers = await createProductionWorkers();
  return { url: await workers.start(stores.variables), stop: workers.stop };
}
