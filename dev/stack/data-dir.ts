import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { removeDatabase } from '../postgres/location.ts';
import { tryLock } from '../process/lock.mjs';

/** Everything that the stack puts into a data folder, besides the database. A folder may hold other things. */
const OWN_ENTRIES = [
  'logs',
  'redis',
  'secrets.json',
  'share',
  'site',
  'worker',
  'worker.env',
  'wrangler',
  'ready.json',
];

const ReadyFile = z.object({
  consoleUrl: z.string(),
  apiUrl: z.string(),
  sampleSiteUrl: z.string(),
  demo: z.object({ email: z.string(), password: z.string() }),
  redisEngine: z.string(),
  /** Where the local network reaches the stack, and by which certificate it knows it. */
  shared: z.object({ url: z.string(), fingerprint: z.string(), certificatePath: z.string() }).nullable(),
});

/** What a running stack tells other programs, in `<dataDir>/ready.json`. */
export type ReadyFile = z.infer<typeof ReadyFile>;

function readyPath(dataDir: string): string {
  return path.join(dataDir, 'ready.json');
}

/** Writes `ready.json` in one step. */
export function writeReadyFile(dataDir: string, ready: ReadyFile): void {
  const file = readyPath(dataDir);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(ready, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

export function removeReadyFile(dataDir: string): void {
  rmSync(readyPath(dataDir), { force: true });
}

function runningAddress(dataDir: string): string {
  try {
    return ReadyFile.parse(JSON.parse(readFileSync(readyPath(dataDir), 'utf8'))).consoleUrl;
  } catch {
    return 'still starting';
  }
}

/**
 * Takes the data folder for this process. Throws, with the address of the stack that runs there, when it is taken;
 * a folder whose process was killed is taken over.
 */
export function claimDataDir(dataDir: string): { release: () => void } {
  mkdirSync(dataDir, { recursive: true });
  const lock = tryLock(path.join(dataDir, 'supervisor.lock'));
  if ('release' in lock) return lock;
  throw new Error(
    `Darkroom is already running on ${dataDir} (process ${lock.holder.pid}): ${runningAddress(dataDir)}\n` +
      'Stop it with Ctrl-C, or start another one with --data DIR.',
  );
}

/** Deletes all data of the stack, and nothing else that lies in the folder. Call it only while nothing runs there. */
export function removeData(dataDir: string): void {
  removeDatabase(dataDir);
  for (const entry of OWN_ENTRIES) rmSync(path.join(dataDir, entry), { recursive: true, force: true });
}
