import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import path from 'node:path';
import { toolchainNode } from '../install.mjs';
import { ok, problem, warning } from './finding.mjs';
import { readOutput } from './run-command.mjs';
import { isStackRunning } from './stack-state.mjs';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** The packages take 0.8 GiB; the data of a first start 0.3 GiB. */
const INSTALLATION_BYTES = 1.25 * GIB;
const LOW_DISK_BYTES = 0.25 * GIB;
const SCARCE_DISK_BYTES = 1 * GIB;
const LOW_INODES = 10_000;
/** The processes of a stack together, photographs being made included. */
const STACK_MEMORY_BYTES = 1.5 * GIB;
const LOW_MEMORY_BYTES = 256 * MIB;
/** wrangler dev opens four a client, besides its own few hundred. */
const SCARCE_FILES = 4_096;
const LOW_FILES = 512;

const size = (/** @type {number} */ bytes) =>
  bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${Math.floor(bytes / MIB)} MiB`;

/**
 * The nearest folder on the way to `target` that exists.
 * @param {string} target
 * @returns {string}
 */
export function existingFolder(target) {
  return existsSync(target) ? target : existingFolder(path.dirname(target));
}

/** @param {{ freeBytes: number, freeInodes: number | null, isInstalled: boolean, folder: string }} facts */
export function judgeDisk({ freeBytes, freeInodes, isInstalled, folder }) {
  const says = `${size(freeBytes)} free at ${folder}`;
  const wanted = isInstalled ? LOW_DISK_BYTES : INSTALLATION_BYTES;
  const mend = `Make room: npm cache clean --force frees some; ${size(wanted)} are needed at least.`;
  if (freeBytes < wanted) return problem(says, mend);
  if (freeInodes !== null && freeInodes < LOW_INODES) {
    return problem(
      `${freeInodes} files can still be made at ${folder}`,
      'Delete folders with many small files.',
    );
  }
  return freeBytes < wanted + SCARCE_DISK_BYTES ? warning(says, mend) : ok(says);
}

/** @param {import('./finding.mjs').Patient} patient */
export async function checkDisk({ root, dataDir }) {
  const folder = existingFolder(dataDir);
  const { bavail, bsize, ffree, files } = await statfs(folder);
  // Some file systems have no table of files and say 0.
  const freeInodes = files === 0 ? null : ffree;
  const isInstalled = existsSync(toolchainNode(root));
  return judgeDisk({ freeBytes: bavail * bsize, freeInodes, isInstalled, folder });
}

/** @param {{ freeBytes: number, isRunning: boolean }} facts */
export function judgeMemory({ freeBytes, isRunning }) {
  const says = `${size(freeBytes)} available`;
  const mend = `Close something; a stack takes about ${size(STACK_MEMORY_BYTES)}.`;
  if (freeBytes < LOW_MEMORY_BYTES) return isRunning ? warning(says, mend) : problem(says, mend);
  return !isRunning && freeBytes < STACK_MEMORY_BYTES ? warning(says, mend) : ok(says);
}

/** @param {import('./finding.mjs').Patient} patient */
export function checkMemory({ dataDir }) {
  // Within the limit of a container, too; Node 20 before 20.13 does not know it.
  const freeBytes = 'availableMemory' in process ? process.availableMemory() : freemem();
  return judgeMemory({ freeBytes, isRunning: isStackRunning(dataDir) });
}

/** @param {string | null} limit as `ulimit -n` prints it */
export function judgeOpenFiles(limit) {
  if (limit === 'unlimited') return ok(limit);
  const files = Number(limit ?? Number.NaN);
  if (!Number.isInteger(files)) return ok('the system does not say');
  const says = `${files} in a process`;
  const mend = 'ulimit -n 8192 in this shell, then npm start';
  if (files < LOW_FILES) return problem(says, mend);
  return files < SCARCE_FILES ? warning(says, mend) : ok(says);
}

/**
 * The limit that children of Node get, as the parts of a stack do: Node raises its own as far as it may.
 * @param {Pick<import('./finding.mjs').Patient, 'signal'>} patient
 */
export async function checkOpenFiles({ signal }) {
  return judgeOpenFiles(await readOutput('/bin/sh', ['-c', 'ulimit -n'], { signal }));
}
