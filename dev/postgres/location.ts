import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isReachableByOthers, type ServerAccount } from './account.ts';

/** The folder for data that the database's account cannot reach inside a data folder of root. */
export function systemLocation(dataDir: string, platform: NodeJS.Platform = process.platform): string {
  const hash = createHash('sha256').update(path.resolve(dataDir)).digest('hex').slice(0, 16);
  return path.join(platform === 'darwin' ? '/var/db/darkroom' : '/var/lib/darkroom', hash);
}

/** Where the two database folders of a permanent data folder lie. */
export function chooseLocation(dataDir: string, account: ServerAccount | null): string {
  const inside = path.join(dataDir, 'postgres');
  if (account === null || isReachableByOthers(inside)) return inside;
  return systemLocation(dataDir);
}

/** Deletes the database of a data folder, wherever it lies. */
export function removeDatabase(dataDir: string): void {
  rmSync(path.join(dataDir, 'postgres'), { recursive: true, force: true });
  if (process.getuid?.() === 0) rmSync(systemLocation(dataDir), { recursive: true, force: true });
}

/** Makes a folder that the database's account can go through. */
export function makeLocation(location: string): void {
  mkdirSync(location, { recursive: true });
  chmodSync(location, 0o755);
}

/** Makes a temporary folder that the database's account can go through. */
export function makeTemporaryFolder(): string {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'darkroom-'));
  chmodSync(folder, 0o755);
  return folder;
}
