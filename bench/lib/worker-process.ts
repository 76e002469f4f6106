/**
 * The bundle that is deployed, on workerd alone: what `production-worker.ts` has made of wrangler.toml is in
 * `WORKER_OPTIONS`, and where it answers in `WORKER_URL`. Says `{ready: true, url}` over IPC once `/health/ready` answers 200.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { convertV4MiniflareOptions, type V4MiniflareOptions } from 'miniflare';
import { serveMiniflare } from './miniflare-server.ts';

const PROBE_EVERY_MS = 100;

/** To print a line for every request would keep this process busy a fifth as long as the Worker itself. */
function printTrouble({ level, message }: { level: string; message: string }): void {
  if (level === 'warn' || level === 'error') console.error(message);
}

const text = process.env['WORKER_OPTIONS'];
if (text === undefined) throw new Error('WORKER_OPTIONS must hold the options of Miniflare');
// Miniflare checks them itself.
const options = JSON.parse(text) as V4MiniflareOptions;
await serveMiniflare(convertV4MiniflareOptions({ ...options, handleStructuredLogs: printTrouble }));
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
