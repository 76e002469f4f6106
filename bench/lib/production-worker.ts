import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { V4MiniflareOptions } from 'miniflare';
import type { Child } from '../../dev/process/child.ts';
import { startNodeProcess } from '../../dev/stack/node-process.ts';
import type { WorkerOptions } from '../../dev/stack/worker.ts';
import { runWrangler } from './run-wrangler.ts';

const READY_TIMEOUT_MS = 90_000;
const ENTRY = 'entry/entry.mjs';
const NO_ASSETS = 'no-assets';
const NO_ASSETS_SCRIPT = 'export default { fetch: () => new Response(null, { status: 404 }) }';

/**
 * A module that stands before the bundle, whose index.js it finds in the folder above. It has the binding `NETWORK`,
 * which reaches any server.
 */
export interface WorkerEntry {
  file: string;
  /** Its bindings to servers of this machine, by name: `host:port`. */
  services: Record<string, string>;
}

/** Makes what `wrangler deploy` uploads, in the data folder, and resolves with its folder. Rejects with wrangler's log. */
export async function bundleWorker(
  options: Pick<WorkerOptions, 'root' | 'dataDir' | 'signal'>,
): Promise<string> {
  const folder = path.join(options.dataDir, 'bundle');
  const config = path.join(options.root, 'wrangler.toml');
  await runWrangler(['deploy', '--dry-run', '--config', config, '--env', '', '--outdir', folder], options);
  return folder;
}

/**
 * Starts a bundle of `bundleWorker` on workerd through Miniflare, with the bindings of wrangler.toml, its state in
 * the data folder and nothing sent anywhere, and waits until `/health/ready` answers 200. It has nothing of what
 * `wrangler dev` adds: middleware in the bundle, a proxy, the inspector. `isDirect`: its port belongs to workerd's own
 * socket for the Worker, past the Worker that Miniflare has before it, and there are no assets. What the Worker logs
 * nobody reads. Rejects with the end of a log; the child is stopped then.
 */
export async function startProductionWorker(
  bundle: string,
  options: WorkerOptions,
  entry?: WorkerEntry,
  isDirect = false,
): Promise<Child> {
  if (entry) cpSync(entry.file, path.join(bundle, ENTRY));
  const { child } = await startNodeProcess({
    dataDir: options.dataDir,
    name: 'worker',
    script: path.join(import.meta.dirname, 'worker-process.ts'),
    env: {
      WORKER_OPTIONS: JSON.stringify(await toMiniflareOptions(bundle, options, entry, isDirect)),
      WORKER_URL: `http://127.0.0.1:${options.port}`,
    },
    readyTimeoutMs: READY_TIMEOUT_MS,
    signal: options.signal,
  });
  return child;
}

/** What wrangler itself gives Miniflare for wrangler.toml, with a bundle as the source; plain JSON. */
async function toMiniflareOptions(
  bundle: string,
  { root, dataDir, port, variables }: WorkerOptions,
  entry: WorkerEntry | undefined,
  isDirect: boolean,
): Promise<V4MiniflareOptions> {
  // Only here: it takes half a second to load, and other benchmarks need none of it.
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import('wrangler');
  const config = unstable_readConfig({ config: path.join(root, 'wrangler.toml') });
  const { modulesRules: _, ...worker } = unstable_getMiniflareWorkerOptions(config).workerOptions;
  // Miniflare would send every request through the Worker that finds assets.
  const { assets: _assets, ...withoutAssets } = worker;
  const wasm = readdirSync(bundle).filter((file) => file.endsWith('.wasm'));
  return {
    host: '127.0.0.1',
    ...(!isDirect && { port }),
    cf: false,
    logRequests: false,
    // Answers /cdn-cgi/local/scheduled.
    unsafeTriggerHandlers: true,
    resourcePersistencePath: path.join(dataDir, 'worker'),
    resourceTmpPath: path.join(dataDir, 'worker-tmp'),
    workers: [
      {
        ...(isDirect ? { ...withoutAssets, unsafeDirectSockets: [{ host: '127.0.0.1', port }] } : worker),
        name: config.name ?? 'worker',
        // Given by name, so that a .dev.vars in the tree is left out.
        bindings: { ...config.vars, ...variables },
        modulesRoot: bundle,
        ...(entry && {
          serviceBindings: {
            ...(isDirect && { ASSETS: NO_ASSETS }),
            NETWORK: { network: { allow: ['public', 'private'] } },
            ...Object.fromEntries(
              Object.entries(entry.services).map(([name, address]) => [
                name,
                { external: { address, http: {} } },
              ]),
            ),
          },
        }),
        modules: [
          ...(entry ? [{ type: 'ESModule' as const, path: path.join(bundle, ENTRY) }] : []),
          { type: 'ESModule', path: path.join(bundle, 'index.js') },
          ...wasm.map((file) => ({ type: 'CompiledWasm' as const, path: path.join(bundle, file) })),
        ],
      },
      ...(isDirect
        ? [
            {
              name: NO_ASSETS,
              modules: true as const,
              script: NO_ASSETS_SCRIPT,
              compatibilityDate: '2026-10-20',
            },
          ]
        : []),
    ],
  };
}
