import * as z from 'zod';
import { startChild, type Child } from '../process/child.ts';
import { NODE_FLAGS } from '../process/node-flags.mjs';

const ReadyMessage = z.looseObject({
  ready: z.literal(true),
  url: z.string(),
  /** All that it serves, when that is more than the one. */
  origins: z.array(z.string()).optional(),
});

export interface NodeProcess {
  child: Child;
  url: string;
  /** `url` alone, unless the process serves several. */
  origins: string[];
}

export interface NodeProcessOptions {
  dataDir: string;
  name: string;
  /** Absolute path of the script. */
  script: string;
  env: Record<string, string>;
  readyTimeoutMs: number;
  /** Ends the start, and the child with it. */
  signal: AbortSignal;
}

/**
 * Starts one of our own servers as a child and waits until it reports `{ready: true, url}`, with `origins` if it has
 * several. Rejects with the end of its log when it ends before or takes too long; it is stopped then.
 */
export async function startNodeProcess(options: NodeProcessOptions): Promise<NodeProcess> {
  const child = await startChild(options.dataDir, {
    name: options.name,
    command: process.execPath,
    args: [...NODE_FLAGS, options.script],
    env: options.env,
    ipc: true,
  });
  const ready = Promise.withResolvers<Omit<NodeProcess, 'child'>>();
  child.onMessage((message) => {
    const parsed = ReadyMessage.safeParse(message);
    if (!parsed.success) return;
    const { url, origins = [url] } = parsed.data;
    ready.resolve({ url, origins });
  });
  void child.exited.then(({ reason }) =>
    ready.reject(new Error(`${options.name}: ${reason}\n${child.logTail()}`)),
  );
  const onAbort = () => ready.reject(options.signal.reason);
  options.signal.addEventListener('abort', onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  const timeout = setTimeout(() => {
    ready.reject(
      new Error(`${options.name} is not ready after ${options.readyTimeoutMs / 1_000} s\n${child.logTail()}`),
    );
  }, options.readyTimeoutMs);
  try {
    return { child, ...(await ready.promise) };
  } catch (error) {
    await child.stop();
    throw error;
  } finally {
    clearTimeout(timeout);
    options.signal.removeEventListener('abort', onAbort);
  }
}
