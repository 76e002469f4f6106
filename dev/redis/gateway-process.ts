import { createEmbeddedEngine } from './embedded-engine.ts';
import { startGateway } from './gateway.ts';
import { createRealEngine } from './real-engine.ts';

/** What the child tells its parent once it listens. */
export interface GatewayReady {
  ready: true;
  url: string;
  engine: 'embedded' | 'real';
}

/**
 * The gateway as a process of its own, because a slow script blocks the thread it runs on. Spawn it with an IPC channel;
 * it reads GATEWAY_TOKEN, GATEWAY_REDIS_URL (absent: embedded) and GATEWAY_PORT (0 or absent: a free one).
 */
async function main(): Promise<void> {
  const { GATEWAY_REDIS_URL, GATEWAY_TOKEN, GATEWAY_PORT } = process.env;
  if (!GATEWAY_TOKEN) throw new Error('GATEWAY_TOKEN is not set');
  const port = Number(GATEWAY_PORT ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('GATEWAY_PORT is not a port');

  const engine = GATEWAY_REDIS_URL ? await createRealEngine(GATEWAY_REDIS_URL) : await createEmbeddedEngine();
  const gateway = await startGateway({ engine, token: GATEWAY_TOKEN, port });
  const stop = async () => {
    await gateway.close();
    await engine.close();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  // The channel closes with the parent, however the parent ended.
  process.once('disconnect', () => void stop());
  const message: GatewayReady = { ready: true, url: gateway.url, engine: engine.kind };
  process.send?.(message);
}

await main();
