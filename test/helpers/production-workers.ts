import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleWorker, startProductionWorker } from '../../bench/lib/production-worker.ts';
import type { Child } from '../../dev/process/child.ts';
import { pickAnyPort } from '../../dev/process/free-port.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Processes of the Worker as it is deployed, of one bundle. */
export interface ProductionWorkers {
  /** Starts another one with the Worker's variables; resolves with where it answers. */
  start(variables: Record<string, string>): Promise<string>;
  stop(): Promise<void>;
}

/** Bundles the Worker; their data are in a temporary folder, which `stop` removes. */
export async function createProductionWorkers(): Promise<ProductionWorkers> {
  const folder = mkdtempSync(path.join(tmpdir(), 'darkroom-workers-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const { signal } = new AbortController();
  const bundle = await bundleWorker({ root: ROOT, dataDir: folder, signal }).catch((error: unknown) => {
    remove();
    throw error;
  });
  const workers: Child[] = [];
  return {
    async start(variables) {
      const dataDir = path.join(folder, `worker-${workers.length}`);
      const port = await pickAnyPort();
      workers.push(await startProductionWorker(bundle, { root: ROOT, dataDir, port, variables, signal }));
      return `http://127.0.0.1:${port}`;
    },
    async stop() {
      for (const worker of workers) await worker.stop();
      remove();
    },
  };
}
