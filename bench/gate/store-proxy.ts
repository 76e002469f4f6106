import path from 'node:path';
import type { Child } from '../../dev/process/child.ts';
import { startNodeProcess } from '../../dev/stack/node-process.ts';

const READY_TIMEOUT_MS = 15_000;
const CALL_TIMEOUT_MS = 5_000;

export interface StoreProxy {
  url: string;
  child: Child;
  setLatency(ms: number): Promise<void>;
}

/** A process that stands before a gateway and adds latency. */
export async function startStoreProxy(
  store: 'redis' | 'neon',
  upstream: string,
  dataDir: string,
  signal: AbortSignal,
): Promise<StoreProxy> {
  const { child, url, origins } = await startNodeProcess({
    dataDir,
    name: `${store}-proxy`,
    script: path.join(import.meta.dirname, 'store-proxy-process.ts'),
    env: { STORE_URL: upstream },
    readyTimeoutMs: READY_TIMEOUT_MS,
    signal,
  });
  const [, control = ''] = origins;
  return {
    url,
    child,
    async setLatency(ms) {
      const response = await fetch(new URL(`/latency/${ms}`, control), {
        method: 'POST',
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`The proxy answered ${response.status}`);
    },
  };
}
