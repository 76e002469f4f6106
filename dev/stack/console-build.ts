import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../process/lock.mjs';
import { NODE_FLAGS } from '../process/node-flags.mjs';

/** What the built console depends on, relative to the repository: it shares a few modules with the Worker. */
const SOURCES = [
  'console',
  'client',
  'src/crawl/discover',
  'src/lib',
  'src/media/image',
  'src/rooms',
  'package-lock.json',
];
const BUILD_TIMEOUT_MS = 180_000;
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', '.vite']);

/** A hash over the names and contents of all files that the console is built from. */
export function hashSources(root: string, sources: readonly string[] = SOURCES): string {
  const hash = createHash('sha256');
  const visit = (relative: string) => {
    const absolute = path.join(root, relative);
    if (!existsSync(absolute)) return;
    const bytes = readOrNull(absolute);
    if (bytes !== null) {
      hash.update(`${relative}\0${bytes.length}\0`).update(bytes);
      return;
    }
    for (const name of readdirSync(absolute).toSorted()) {
      if (!SKIPPED_FOLDERS.has(name)) visit(path.join(relative, name));
    }
  };
  for (const source of sources) visit(source);
  return hash.digest('hex');
}

/** The bytes of a file; null for a folder. */
function readOrNull(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EISDIR') return null;
    throw error;
  }
}

function readStamp(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

/**
 * Builds the console into `dist/console`, unless it was built from the same sources. Returns whether it was built.
 * Two processes do not build at once. Rejects with what the build printed.
 */
export async function buildConsole(root: string, signal?: AbortSignal): Promise<boolean> {
  const stampFile = path.join(root, 'dist', '.console-stamp');
  const isCurrent = () =>
    existsSync(path.join(root, 'dist', 'console', 'index.html')) &&
    readStamp(stampFile) === hashSources(root);
  if (isCurrent()) return false;
  const lock = path.join(root, '.darkroom', 'console-build.lock');
  return await withLock(
    lock,
    async () => {
      if (isCurrent()) return false;
      // Taken before the build, so that a change in the meantime leads to another one.
      const hash = hashSources(root);
      rmSync(stampFile, { force: true });
      const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
      try {
        await promisify(execFile)(
          process.execPath,
          [...NODE_FLAGS, vite, 'build', '--config', 'console/vite.config.ts'],
          {
            cwd: root,
            timeout: BUILD_TIMEOUT_MS,
            killSignal: 'SIGKILL',
            ...(signal === undefined ? {} : { signal }),
            env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1', FORCE_COLOR: '0' },
          },
        );
      } catch (error) {
        const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
        throw new Error(output === '' ? String(error) : output, { cause: error });
      }
      mkdirSync(path.dirname(stampFile), { recursive: true });
      writeFileSync(stampFile, `${hash}\n`);
      return true;
    },
    { timeoutMs: BUILD_TIMEOUT_MS },
  );
}
