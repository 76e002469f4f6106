import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { startNodeProcess } from '../../dev/stack/node-process.ts';

const TIMEOUT_MS = 30_000;

/** The store that all contenders write to, empty at the start of each run. */
export interface Sink {
  url: string;
  /** Of the leader of its process group. */
  pid: number;
  /** The hashes of what it holds. */
  readHashes(): Promise<Set<string>>;
  /** Ends it and removes what it holds. */
  stop(): Promise<void>;
}

export async function startSink(dataDir: string, signal: AbortSignal): Promise<Sink> {
  const folder = path.join(dataDir, 'sink');
  mkdirSync(folder, { recursive: true });
  const { url, child } = await startNodeProcess({
    dataDir,
    name: 'sink',
    script: path.join(import.meta.dirname, 'sink-process.ts'),
    env: { SINK_DIR: folder },
    readyTimeoutMs: TIMEOUT_MS,
    signal,
  });
  return {
    url,
    pid: child.identity.pid,
    readHashes: async () => new Set(z.array(z.string()).parse(await (await fetch(url)).json())),
    async stop() {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
