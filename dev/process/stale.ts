import { rmSync } from 'node:fs';
import {
  hasInEnvironment,
  isRunning,
  membersOfGroup,
  signalGroup,
  signalProcess,
  startTimeOf,
} from './process-group.mjs';
import { poll } from './poll.ts';
import { readRecords, RUN_MARKER_NAME, type ProcessRecord } from './record.ts';

/** What the machine says about a record; a parameter, so that the decision can be tested by itself. */
export interface ProcessView {
  startTimeOf(pid: number): string | null;
  membersOfGroup(leader: number): number[];
  hasInEnvironment(pid: number, entry: string): boolean;
}

const MACHINE: ProcessView = { startTimeOf, membersOfGroup, hasInEnvironment };
const GUARD_GRACE_MS = 12_000;
const KILL_TIMEOUT_MS = 5_000;

export type StaleDecision = 'gone' | 'stop-process' | 'kill-group';

/**
 * Decides what to do about a child of an earlier run.
 * - `stop-process`: pid and start time match, so the child itself is still there.
 * - `kill-group`: the child is gone, its own children are not. They are known as ours by the marker in their
 *   environment; a group number alone could have been given to somebody else since.
 * - `gone`: nothing of it is left, or the pid belongs to another process now.
 */
export function decideStale(record: ProcessRecord, view: ProcessView = MACHINE): StaleDecision {
  const startTime = view.startTimeOf(record.pid);
  if (startTime !== null) return startTime === record.startTime ? 'stop-process' : 'gone';
  const entry = `${RUN_MARKER_NAME}=${record.marker}`;
  const isOurs = view.membersOfGroup(record.pid).some((pid) => view.hasInEnvironment(pid, entry));
  return isOurs ? 'kill-group' : 'gone';
}

/**
 * Ends what an earlier run of the same data folder has left behind, and returns the names of what was ended.
 * Call it only while holding the data folder's lock. Rejects when something cannot be ended.
 */
export async function stopStale(dataDir: string): Promise<string[]> {
  const stopped = await Promise.all(
    readRecords(dataDir).map(async ({ file, record }) => {
      // A guard that still lives is already ending its child, in the orderly way.
      signalProcess(record.guard, 'SIGTERM');
      await poll(() => (isRunning(record.guard) ? undefined : true), GUARD_GRACE_MS);
      signalProcess(record.guard, 'SIGKILL');
      const decision = decideStale(record);
      if (decision !== 'gone') {
        if (decision === 'stop-process') signalProcess(record, record.stopSignal);
        else signalGroup(record.pid, 'SIGKILL');
        const isGone = () => (decideStale(record) === 'gone' ? true : undefined);
        if ((await poll(isGone, KILL_TIMEOUT_MS)) === undefined) signalGroup(record.pid, 'SIGKILL');
        if ((await poll(isGone, KILL_TIMEOUT_MS)) === undefined) {
          throw new Error(`${record.name} (process ${record.pid}) of an earlier run cannot be ended.`);
        }
      }
      rmSync(file, { force: true });
      return decision === 'gone' ? [] : [record.name];
    }),
  );
  return stopped.flat();
}
