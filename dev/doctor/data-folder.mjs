import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { ok, problem, warning, worstOf } from './finding.mjs';
import { existingFolder } from './machine.mjs';

const OTHERS_MAY_WRITE = 0o002;
const OTHERS_MAY_ANYTHING = 0o077;
/** What only its owner may read, relative to the data folder. */
const SECRETS = ['secrets.json', 'worker.env', 'ready.json', 'share/key.pem'];

/** @param {string} folder */
function canWrite(folder) {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const quote = (/** @type {string} */ file) => `'${file.replaceAll("'", String.raw`'\''`)}'`;

/** @param {{ folder: string, exists: boolean, isFolder: boolean, isWritable: boolean, mode: number, owner: number, self: number }} facts */
export function judgeDataFolder({ folder, exists, isFolder, isWritable, mode, owner, self }) {
  if (!isFolder)
    return problem(`${folder} is not a folder`, 'Move it away, or name another one with --data DIR.');
  // Root may write anywhere, and others then no more in what root has made.
  if (!isWritable) {
    const mend =
      owner === self ? `chmod u+rwx ${quote(folder)}` : `sudo chown -R "$(id -u)" ${quote(folder)}`;
    return problem(`${folder} cannot be written to`, `${mend}\nor name another folder with --data DIR`);
  }
  if (!exists) return ok(`not made yet; ${folder} can be written to`);
  if ((mode & OTHERS_MAY_WRITE) !== 0)
    return warning(`everybody may write to ${folder}`, `chmod o-w ${quote(folder)}`);
  return owner === self || self === 0
    ? ok(folder)
    : warning(`${folder} belongs to another user (${owner})`, `sudo chown -R "$(id -u)" ${quote(folder)}`);
}

/** @param {Pick<import('./finding.mjs').Patient, 'dataDir'>} patient */
export function checkDataFolder({ dataDir }) {
  const folder = existingFolder(dataDir);
  const stat = statSync(folder);
  return judgeDataFolder({
    folder,
    exists: folder === dataDir,
    isFolder: stat.isDirectory(),
    isWritable: canWrite(folder),
    mode: stat.mode,
    owner: stat.uid,
    self: process.getuid?.() ?? stat.uid,
  });
}

/**
 * Whether what holds secrets can be read by its owner alone.
 * @param {Pick<import('./finding.mjs').Patient, 'dataDir'>} patient
 */
export function checkSecrets({ dataDir }) {
  const findings = SECRETS.flatMap((name) => {
    const file = path.join(dataDir, name);
    const stat = statSync(file, { throwIfNoEntry: false });
    const isOpen = stat !== undefined && (stat.mode & OTHERS_MAY_ANYTHING) !== 0;
    return isOpen ? [problem(`other users may read ${file}`, `chmod 600 ${quote(file)}`)] : [];
  });
  return worstOf(findings, ok('for their owner alone'));
}
