import { existsSync, rmSync } from 'node:fs';

const PAUSE_MS = 100;

/**
 * Removes a folder and all that is in it, again and again until it is gone or `limitMs` have passed: another process may
 * remove it at the same time, or still write into it, and two that do so trip over each other.
 * @param {string} folder
 * @param {number} limitMs
 */
export function removeFolder(folder, limitMs) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (
    const end = Date.now() + limitMs;
    existsSync(folder) && Date.now() < end;
    Atomics.wait(pause, 0, 0, PAUSE_MS)
  ) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // What the other removed in between is no reason to stop.
    }
  }
}
