import type { TestProject } from 'vitest/node';
import { startStores, type Stores } from './stores.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Worker's variables. */
    variables: Stores['variables'];
    /** The same stores from outside the Worker. */
    stores: Stores['addresses'];
    /** Runs of each property test: PROPERTY_RUNS of the environment. */
    propertyRuns: number;
  }
}

/** Starts the stores once for all integration tests; each test brings its own people and projects. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stores = await startStores();
  project.provide('variables', stores.variables);
  project.provide('stores', stores.addresses);
  project.provide('propertyRuns', Number(process.env['PROPERTY_RUNS'] ?? 200));
  return stores.stop;
}
