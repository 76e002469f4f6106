/**
 * The bundle that is deployed, on workerd alone: what `production-worker.ts` has made of wrangler.toml is in
 * `WORKER_OPTIONS`, and where it answers in `WORKER_URL`. Says `{ready: true, url}` over IPC once `/health/ready` answers 200.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { convertV4MiniflareOptions, type V4MiniflareOptions } from 'miniflare';
import { serveMiniflare } from './miniflare-server.ts';

const PROBE_EVERY_MS = 100;

// Miniflare's own, which it runs unless it is told another.
const workerd: unknown = createRequire(import.meta.resolve('miniflare'))('workerd');
if (typeof workerd !== 'object' || workerd === null || !('default' in workerd))
  throw new Error('workerd does not say where it is');
process.env['WORKERD'] = String(workerd.default);
process.env['MINIFLARE_WORKERD_PATH'] = path.join(import.meta.dirname, 'workerd-without-log.sh');

const text = process.env['WORKER_OPTIONS'];
if (text === undefined) throw new Error('WORKER_OPTIONS must hold the options of Miniflare');
// Miniflare checks them itself.
const options = JSON.parse(text) as V4MiniflareOptions;
await serveMiniflare(convertV4MiniflareOptions(options));
const url = new URL(process.env['WORKER_URL'] ?? '');
for (let last = ''; ; await sleep(PROBE_EVERY_MS)) {
  const response = await fetch(new URL('/health/ready', url));
  const answer = `${response.status}: ${await response.text()}`;
  if (response.ok) break;
  // For whoever reads the log of a start that took too long.
  if (answer !== last) console.error(`/health/ready answers ${answer}`);
  last = answer;
}
process.send?.({ ready: true, url: url.href });
