import path from 'node:path';
import { decideStale } from '../process/stale-decision.mjs';
import { ok, problem, warning } from './finding.mjs';
import { isStackRunning, readChildren } from './stack-state.mjs';

/**
 * @param {{ isRunning: boolean, children: { name: string, pid: number, state: import('../process/stale-decision.mjs').StaleDecision }[], logs: string }} facts
 */
export function judgeProcesses({ isRunning, children, logs }) {
  const list = (/** @type {typeof children} */ some) =>
    some.map(({ name, pid }) => `${name} (${pid})`).join(', ');
  const alive = children.filter(({ state }) => state !== 'gone');
  const lost = children.filter(({ state }) => state !== 'stop-process');
  if (isRunning) {
    return lost.length === 0
      ? ok(children.length === 0 ? 'none yet' : children.map(({ name }) => name).join(', '))
      : problem(
          `${list(lost)} of the running stack ended`,
          `Stop the stack with Ctrl-C and start it again; why it ended is in ${logs}`,
        );
  }
  if (alive.length > 0) {
    return warning(`left by an earlier run and still alive: ${list(alive)}`, 'npm start ends them first.');
  }
  return lost.length > 0
    ? warning(
        `records of an earlier run, whose processes are gone: ${list(lost)}`,
        'npm start clears them away.',
      )
    : ok('none');
}

/** @param {Pick<import('./finding.mjs').Patient, 'dataDir'>} patient */
export function checkProcesses({ dataDir }) {
  const children = readChildren(dataDir).map((record) => ({ ...record, state: decideStale(record) }));
  return judgeProcesses({ isRunning: isStackRunning(dataDir), children, logs: path.join(dataDir, 'logs') });
}
