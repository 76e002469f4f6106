import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { startNodeProcess } from '../../dev/stack/node-process.ts';
import type { Outcome } from './manifest.ts';

const TIMEOUT_MS = 30_000;

/** The store that all contenders write to, empty at the start of each run. */
export interface Sink {
  url: string;
  /** Of the leader of its process group. */
  pid: number;
  /** Outcomes of a run, with the hashes only of what it holds. */
  confirm(outcomes: Outcome[]): Promise<Outcome[]>;
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
    async confirm(outcomes) {
      const held = new Set(z.array(z.string()).parse(await (await fetch(url)).json()));
      return outcomes.map((outcome) =>
        outcome.sha256 === null || held.has(outcome.sha256) ? outcome : { ...outcome, sha256: null },
      );
    },
    async stop() {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
