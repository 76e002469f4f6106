// The shared door as a process of its own. Tells its parent `{ready: true, url}`, ends on SIGTERM and when the parent
// has gone.
import { readFileSync } from 'node:fs';
import { startShare } from './proxy.ts';

const { SHARE_ADDRESS, SHARE_PORT, SHARE_CERTIFICATE, SHARE_KEY, SHARE_WORKER_PORT, SHARE_SECRET } =
  process.env;
if (!SHARE_ADDRESS || !SHARE_CERTIFICATE || !SHARE_KEY || !SHARE_SECRET) {
  throw new Error('SHARE_ADDRESS, SHARE_CERTIFICATE, SHARE_KEY and SHARE_SECRET must be set');
}
const share = await startShare({
  address: SHARE_ADDRESS,
  port: Number(SHARE_PORT),
  worker: { port: Number(SHARE_WORKER_PORT), secret: SHARE_SECRET },
  certificate: readFileSync(SHARE_CERTIFICATE, 'utf8'),
  key: readFileSync(SHARE_KEY, 'utf8'),
});

async function end(): Promise<void> {
  await share.close();
  process.exit(0);
}

process.once('SIGTERM', () => void end());
process.once('disconnect', () => void end());
process.send?.({ ready: true, url: share.url });
