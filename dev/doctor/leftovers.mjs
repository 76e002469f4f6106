import { readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ok, warning } from './finding.mjs';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A half-written file, a lock that was being made or taken over. Each lives for milliseconds. */
const UNFINISHED = /(\.tmp|\.lock\.\d+\.[0-9a-f]{8}|\.lock\.takeover)$/;
const MAX_NAMED = 5;

/**
 * What in a folder has such a name and is so old.
 * @param {string} folder
 * @param {RegExp} pattern
 * @param {number} minAgeMs
 */
function findOld(folder, pattern, minAgeMs) {
  let names;
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => pattern.test(name))
    .map((name) => path.join(folder, name))
    .filter((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat !== undefined && Date.now() - stat.mtimeMs >= minAgeMs;
    });
}

/**
 * Files and folders that a killed process left. A test that runs uses its folder for less than a day.
 * @param {Pick<import('./finding.mjs').Patient, 'root' | 'dataDir'>} patient
 * @param {string} [temporary]
 */
export function checkLeftovers({ root, dataDir }, temporary = tmpdir()) {
  const folders = new Set([
    dataDir,
    path.join(dataDir, 'run'),
    path.join(dataDir, 'share'),
    path.join(root, '.darkroom'),
  ]);
  const found = [
    ...[...folders].flatMap((folder) => findOld(folder, UNFINISHED, MINUTE_MS)),
    ...findOld(temporary, /^darkroom-/, DAY_MS),
  ];
  if (found.length === 0) return ok('none');
  const named = found.slice(0, MAX_NAMED).map((file) => `rm -r '${file.replaceAll("'", String.raw`'\''`)}'`);
  const more = found.length > MAX_NAMED ? [`and ${found.length - MAX_NAMED} more`] : [];
  return warning(`${found.length} left by processes that were killed`, [...named, ...more].join('\n'));
}
