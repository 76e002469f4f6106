// The Neon gateway as a process of its own: NEON_GATEWAY_PORT is the port, any free one when it is missing. Tells its
// parent `{ready: true, url}`, ends on SIGTERM and when the parent has gone.
import { startNeonGateway } from './index.ts';

const port = Number(process.env['NEON_GATEWAY_PORT'] ?? 0);
const gateway = await startNeonGateway({ port });

async function end(): Promise<void> {
  await gateway.close();
  process.exit(0);
}

process.once('SIGTERM', () => void end());
process.once('disconnect', () => void end());
process.send?.({ ready: true, url: gateway.url });
