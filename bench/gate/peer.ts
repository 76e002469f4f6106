import { cpSync } from 'node:fs';
import path from 'node:path';
import type { V4MiniflareOptions } from 'miniflare';
import type { Child } from '../../dev/process/child.ts';
import { reservePort } from '../../dev/stack/reserved-port.ts';
import { startNodeProcess } from '../../dev/stack/node-process.ts';
import { runWrangler } from '../lib/run-wrangler.ts';
import { ROOT } from '../lib/stack.ts';

const READY_TIMEOUT_MS = 60_000;
const FIRST_PORT = 28_900;
const ENTRY = 'entry/entry.mjs';

/** What stands before the bundle of every contender. */
export const ENTRY_FILE = path.join(import.meta.dirname, 'entry.mjs');

/** Starts a Worker of bench/peers as Darkroom's is started: bundled by wrangler, on a socket of workerd's own. */
export async function startPeer(
  name: 'bare' | 'usual',
  variables: Record<string, string>,
  dataDir: string,
  signal: AbortSignal,
): Promise<{ url: string; child: Child }> {
  const folder = path.join(dataDir, `${name}-bundle`);
  const config = path.join(ROOT, 'bench', 'peers', name, 'wrangler.toml');
  await runWrangler(['deploy', '--dry-run', '--config', config, '--outdir', folder], {
    root: ROOT,
    dataDir,
    signal,
  });
  cpSync(ENTRY_FILE, path.join(folder, ENTRY));
  const reserved = await reservePort(FIRST_PORT);
  await reserved.release();
  const url = `http://127.0.0.1:${reserved.port}`;
  const options: V4MiniflareOptions = {
    host: '127.0.0.1',
    cf: false,
    logRequests: false,
    resourcePersistencePath: path.join(dataDir, name),
    resourceTmpPath: path.join(dataDir, `${name}-tmp`),
    workers: [
      {
        name,
        compatibilityDate: '2026-10-20',
        compatibilityFlags: ['nodejs_compat'],
        bindings: variables,
        modulesRoot: folder,
        unsafeDirectSockets: [{ host: '127.0.0.1', port: reserved.port }],
        serviceBindings: { NETWORK: { network: { allow: ['public', 'private'] } } },
        modules: [
          { type: 'ESModule', path: path.join(folder, ENTRY) },
          { type: 'ESModule', path: path.join(folder, 'index.js') },
        ],
      },
    ],
  };
  const { child } = await startNodeProcess({
    dataDir,
    name,
    script: path.join(ROOT, 'bench', 'lib', 'worker-process.ts'),
    env: { WORKER_OPTIONS: JSON.stringify(options), WORKER_URL: url },
    readyTimeoutMs: READY_TIMEOUT_MS,
    signal,
  });
  return { url, child };
}
