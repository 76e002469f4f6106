import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isRunning } from './process-group.mjs';
import { readStateFile } from './read-state-file.mjs';

/** A takeover lasts a few milliseconds; one that is older was left by a killed process. */
const TAKEOVER_MAX_AGE_MS = 10_000;
const WAIT_INTERVAL_MS = 200;

/**
 * Who holds a lock, or has held it until it was killed; null for nobody.
 * @param {string} directory
 * @returns {import('./process-group.mjs').ProcessIdentity | null}
 */
export function readHolder(directory) {
  try {
    const holder = JSON.parse(readStateFile(path.join(directory, 'holder.json')));
    return { pid: Number(holder.pid), startTime: String(holder.startTime) };
  } catch {
    return null;
  }
}

/**
 * Renaming a filled directory into place creates the lock together with its holder, and fails when there is one.
 * @param {string} directory
 */
function createLock(directory) {
  const draft = `${directory}.${process.pid}.${randomBytes(4).toString('hex')}`;
  mkdirSync(draft, { recursive: true });
  writeFileSync(path.join(draft, 'holder.json'), JSON.stringify(identityOf(process.pid)));
  try {
    renameSync(draft, directory);
    return true;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM') return false;
    throw error;
  }
}

/**
 * Removes the lock of a dead holder. A second lock makes sure that only one process does so at a time, so that
 * nobody removes the fresh lock of whoever was faster.
 * @param {string} directory
 */
function removeStaleLock(directory) {
  const takeover = `${directory}.takeover`;
  try {
    mkdirSync(takeover);
  } catch {
    try {
      if (Date.now() - statSync(takeover).mtimeMs > TAKEOVER_MAX_AGE_MS)
        rmSync(takeover, { recursive: true, force: true });
    } catch {
      // The other process has just finished.
    }
    return;
  }
  try {
    const holder = readHolder(directory);
    if (holder === null || !isRunning(holder)) rmSync(directory, { recursive: true, force: true });
  } finally {
    rmSync(takeover, { recursive: true, force: true });
  }
}

/**
 * Tries to take a lock between processes. The lock of a process that no longer runs is taken over.
 * @param {string} directory the lock's own directory; it must lie in a folder that exists or can be made
 * @returns {{ release: () => void } | { holder: import('./process-group.mjs').ProcessIdentity }}
 */
export function tryLock(directory) {
  mkdirSync(path.dirname(directory), { recursive: true });
  for (let attempt = 0; attempt < 20; attempt++) {
    if (createLock(directory)) {
      const own = identityOf(process.pid);
      return {
        release() {
          const holder = readHolder(directory);
          if (holder?.pid === own.pid && holder.startTime === own.startTime) {
            rmSync(directory, { recursive: true, force: true });
          }
        },
      };
    }
    const holder = readHolder(directory);
    if (holder !== null && isRunning(holder)) return { holder };
    removeStaleLock(directory);
  }
  throw new Error(
    `The lock ${directory} could neither be taken nor be given to its holder. Delete it and try again.`,
  );
}

/**
 * Runs `work` while holding a lock, and waits for whoever else holds it. Rejects when the wait takes too long.
 * @template T
 * @param {string} directory
 * @param {() => Promise<T>} work
 * @param {{ timeoutMs: number, onWait?: (holderPid: number) => void }} options
 * @returns {Promise<T>}
 */
export async function withLock(directory, work, { timeoutMs, onWait }) {
  const end = Date.now() + timeoutMs;
  for (let isFirst = true; ; isFirst = false) {
    const lock = tryLock(directory);
    if ('release' in lock) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (isFirst) onWait?.(lock.holder.pid);
    if (Date.now() > end) throw new Error(`Process ${lock.holder.pid} holds ${directory} for too long.`);
    await sleep(WAIT_INTERVAL_MS);
  }
}
