import { rmSync } from 'node:fs';
import { isRunning, signalGroup, signalProcess } from './process-group.mjs';
import { poll } from './poll.ts';
import { readRecords } from './record.ts';
import { decideStale } from './stale-decision.mjs';

const GUARD_GRACE_MS = 12_000;
const KILL_TIMEOUT_MS = 5_000;

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
