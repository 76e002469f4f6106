// Plain JavaScript, because the doctor asks the same on Node 20, before anything is installed.
import { hasInEnvironment, membersOfGroup, startTimeOf } from './process-group.mjs';
import { RUN_MARKER_NAME } from './run-marker.mjs';

/**
 * What the machine says about a record; a parameter, so that the decision can be tested by itself.
 * @typedef {object} ProcessView
 * @property {(pid: number) => string | null} startTimeOf
 * @property {(leader: number) => number[]} membersOfGroup
 * @property {(pid: number, entry: string) => boolean} hasInEnvironment
 */

/** @typedef {'gone' | 'stop-process' | 'kill-group'} StaleDecision */

/** @type {ProcessView} */
const MACHINE = { startTimeOf, membersOfGroup, hasInEnvironment };

/**
 * Decides what to do about a child of an earlier run.
 * - `stop-process`: pid and start time match, so the child itself is still there.
 * - `kill-group`: the child is gone, its own children are not. They are known as ours by the marker in their
 *   environment; a group number alone could have been given to somebody else since.
 * - `gone`: nothing of it is left, or the pid belongs to another process now.
 * @param {{ pid: number, startTime: string, marker: string }} record
 * @param {ProcessView} [view]
 * @returns {StaleDecision}
 */
export function decideStale(record, view = MACHINE) {
  const startTime = view.startTimeOf(record.pid);
  if (startTime !== null) return startTime === record.startTime ? 'stop-process' : 'gone';
  const entry = `${RUN_MARKER_NAME}=${record.marker}`;
  const isOurs = view.membersOfGroup(record.pid).some((pid) => view.hasInEnvironment(pid, entry));
  return isOurs ? 'kill-group' : 'gone';
}
