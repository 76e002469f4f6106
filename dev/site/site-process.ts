/** Entry of the child process that serves the sample site: says `{ready: true, url, origins}` over IPC once it can be used. */
import { startSite } from './index.ts';

const port = Number(process.env['SITE_PORT'] ?? '0');
const cacheDir = process.env['SITE_CACHE_DIR'];
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('SITE_PORT must be a port number');
if (!cacheDir) throw new Error('SITE_CACHE_DIR must name a folder');

let stopping = false;
// Asked to end before the photographs are made: nothing is open yet, and an unfinished folder is never used.
let stop = (): void => process.exit(0);
const end = (): void => {
  if (stopping) return;
  stopping = true;
  stop();
};
process.once('SIGTERM', end);
process.once('SIGINT', end);
process.once('disconnect', end);

const site = await startSite({ port, cacheDir });
stop = () => {
  site.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.send?.({ ready: true, url: site.url, origins: site.origins });
