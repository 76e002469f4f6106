import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readHolder } from '../process/lock.mjs';
import { isRunning } from '../process/process-group.mjs';
import { readStateFile } from '../process/read-state-file.mjs';
import { ok, problem, warning } from './finding.mjs';

/**
 * The child of a stack that runs or ran here.
 * @typedef {{ name: string, pid: number, startTime: string, marker: string }} ChildRecord
 */

/**
 * What a stack tells about itself in `ready.json`.
 * @typedef {{ consoleUrl: string, shared: { url: string, certificatePath: string } | null }} Ready
 */

const holderOf = (/** @type {string} */ dataDir) => readHolder(path.join(dataDir, 'supervisor.lock'));

/**
 * True while a supervisor holds the data folder, also one that is still starting.
 * @param {string} dataDir
 */
export function isStackRunning(dataDir) {
  const holder = holderOf(dataDir);
  return holder !== null && isRunning(holder);
}

/**
 * @param {string} dataDir
 * @returns {Ready | null} null when there is none, or it is not one of ours
 */
export function readReady(dataDir) {
  try {
    const ready = JSON.parse(readStateFile(path.join(dataDir, 'ready.json')));
    if (!URL.canParse(ready.consoleUrl)) return null;
    const { shared } = ready;
    const isShared = URL.canParse(shared?.url) && typeof shared.certificatePath === 'string';
    return { consoleUrl: ready.consoleUrl, shared: isShared ? shared : null };
  } catch {
    return null;
  }
}

/**
 * The records of a data folder. Files that hold none are left out, as the supervisor does.
 * @param {string} dataDir
 * @returns {ChildRecord[]}
 */
export function readChildren(dataDir) {
  const folder = path.join(dataDir, 'run');
  let names;
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
  return names.flatMap((file) => {
    try {
      const { name, pid, startTime, marker } = JSON.parse(readStateFile(path.join(folder, file)));
      const isRecord =
        Number.isInteger(pid) && pid > 0 && [name, startTime, marker].every((one) => typeof one === 'string');
      return isRecord ? [{ name, pid, startTime, marker }] : [];
    } catch {
      return [];
    }
  });
}

/**
 * Who has the data folder, and who installs or builds.
 * @param {Pick<import('./finding.mjs').Patient, 'root' | 'dataDir'>} patient
 */
export function checkLock({ root, dataDir }) {
  for (const name of ['install', 'console-build']) {
    const worker = readHolder(path.join(root, '.darkroom', `${name}.lock`));
    if (worker !== null && isRunning(worker)) {
      return warning(
        `process ${worker.pid} holds ${name}.lock`,
        'Wait until it is done; others wait for it.',
      );
    }
  }
  const holder = holderOf(dataDir);
  if (holder === null) return ok(`no stack runs on ${dataDir}`);
  return isRunning(holder)
    ? ok(`process ${holder.pid} runs a stack on ${dataDir}`)
    : warning(`an earlier run on ${dataDir}, process ${holder.pid}, was killed`, 'npm start takes over.');
}

/** @param {{ isRunning: boolean, isReady: boolean, isAnswering: boolean, url: string }} facts */
export function judgeReadyFile({ isRunning, isReady, isAnswering, url }) {
  if (isRunning && isReady) {
    return isAnswering
      ? ok(url)
      : problem(`it says ${url}, where nothing answers`, 'Stop the stack with Ctrl-C and start it again.');
  }
  if (isRunning)
    return warning('there is none yet: the stack is still starting, or stopping', 'Ask again in a minute.');
  if (!isReady) return ok('none, as no stack runs');
  const who = isAnswering ? 'another program answers there' : 'nothing answers there';
  return warning(`left by a run that was killed: it says ${url}, ${who}`, 'npm start replaces it.');
}

/** @param {Pick<import('./finding.mjs').Patient, 'dataDir' | 'signal'>} patient */
export async function checkReadyFile({ dataDir, signal }) {
  const ready = readReady(dataDir);
  const url = ready?.consoleUrl ?? '';
  const isAnswering = ready !== null && (await isLive(url, signal));
  return judgeReadyFile({ isRunning: isStackRunning(dataDir), isReady: ready !== null, isAnswering, url });
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 */
async function isLive(url, signal) {
  try {
    const response = await fetch(new URL('/health/live', url), { signal });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
