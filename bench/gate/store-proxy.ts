import path from 'node:path';
import * as z from 'zod';
import type { Child } from '../../dev/process/child.ts';
import { startNodeProcess } from '../../dev/stack/node-process.ts';

const READY_TIMEOUT_MS = 15_000;
const CALL_TIMEOUT_MS = 5_000;

export interface StoreProxy {
  url: string;
  child: Child;
  setLatency(ms: number): Promise<void>;
  /** The HTTP requests since it was started. */
  calls(): Promise<number>;
}

/** A process that stands before a gateway, adds latency and counts requests. */
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
  const ask = async (method: string, what: string) => {
    const response = await fetch(new URL(what, control), {
      method,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return z.object({ calls: z.int() }).parse(await response.json());
  };
  return {
    url,
    child,
    async setLatency(ms) {
      await ask('POST', `/latency/${ms}`);
    },
    calls: async () => (await ask('GET', '/calls')).calls,
  };
}
