import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { signalGroup } from '../../dev/process/process-group.mjs';
import { startMeter } from '../lib/meter.ts';
import type { Run } from './contender.ts';
import { Outcome } from './manifest.ts';
import { PEERS } from '../lib/install-peers.ts';
import { startSink } from './sink.ts';
import type { Site } from './site.ts';

const LIMIT_MS = 5 * 60_000;

const WORDS = ['ready', 'ended', 'written'] as const;
type Word = (typeof WORDS)[number];

/** Waits for what a peer says. Rejects when it ends before, when the signal ends the wait, and after LIMIT_MS. */
function listenTo(child: ChildProcess, signal: AbortSignal): (word: Word) => Promise<void> {
  const gone = Promise.withResolvers<never>();
  const heard = new Map(WORDS.map((word) => [word, Promise.withResolvers<void>()]));
  child.on('message', (message) => {
    for (const word of WORDS)
      if (typeof message === 'object' && message !== null && word in message) heard.get(word)?.resolve();
  });
  child.once('error', gone.reject);
  child.once('exit', (code, killed) => gone.reject(new Error(`The peer ended with ${killed ?? code}.`)));
  const over = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  over.addEventListener('abort', () => gone.reject(over.reason));
  gone.promise.catch(() => undefined);
  return async (word) => await Promise.race([heard.get(word)?.promise, gone.promise]);
}

/**
 * Runs a script of bench/peers over the URLs, with an empty store of its own. `delaySeconds`: between two requests to
 * one origin. `isDurable`: it keeps its queue and its results on disk, as Darkroom does. Its results count only as far as
 * the store holds them.
 */
export async function runPeer(
  script: string,
  site: Site,
  options: { dataDir: string; delaySeconds: number; isDurable: boolean },
  signal: AbortSignal,
): Promise<Run> {
  const sink = await startSink(options.dataDir, signal);
  // In a group of its own, to be measured; it ends by itself when the channel closes. Without our flags for Node, as
  // people run it.
  const records = path.join(options.dataDir, 'records');
  const env = { ...process.env, ...(options.isDurable && { CRAWLEE_STORAGE_DIR: records }) };
  const child = fork(path.join(PEERS, script), { execArgv: [], detached: true, env });
  const untilSays = listenTo(child, signal);
  try {
    await untilSays('ready');
    const file = path.join(options.dataDir, 'outcomes.json');
    const meter = startMeter({ peer: child.pid ?? 0, sink: sink.pid });
    const started = performance.now();
    const urls = site.manifest.map(({ url }) => url);
    child.send({ urls, sinkUrl: sink.url, file, delaySeconds: options.delaySeconds });
    await untilSays('ended');
    const seconds = (performance.now() - started) / 1_000;
    const cost = meter.stop();
    await untilSays('written');
    const outcomes = z.array(Outcome).parse(JSON.parse(readFileSync(file, 'utf8')));
    return { seconds, cost, outcomes: await sink.confirm(outcomes) };
  } finally {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    await sink.stop();
    rmSync(records, { recursive: true, force: true });
  }
}
