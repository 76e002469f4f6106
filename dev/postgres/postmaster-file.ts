import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { poll } from '../process/poll.ts';
import { identityOf, isRunning, signalProcess } from '../process/process-group.mjs';

const FAST_STOP_TIMEOUT_MS = 8_000;
const KILL_TIMEOUT_MS = 3_000;

export interface PostmasterFile {
  pid: number;
  /** `starting`, `stopping`, `ready` or `standby`; empty in the first moments. */
  status: string;
}

/** Parses `postmaster.pid`: the first line is the pid, the eighth the status. Null when it holds no pid. */
export function parsePostmasterFile(text: string): PostmasterFile | null {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, status: (lines[7] ?? '').trim() } : null;
}

/** Reads `postmaster.pid` of a data folder; null when there is none or it is half written. */
export function readPostmasterFile(folder: string): PostmasterFile | null {
  try {
    return parsePostmasterFile(readFileSync(path.join(folder, 'postmaster.pid'), 'utf8'));
  } catch {
    return null;
  }
}

/** A postmaster works inside its data folder; that tells ours from a foreign process with the same pid. */
function worksIn(pid: number, folder: string): boolean {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes(`-D ${folder}`);
  } catch {
    return false;
  }
}

/**
 * Makes a data folder free to start in: a postmaster that still runs there is stopped, and the pid file of a dead
 * one, or with a pid that belongs to another process now, is removed. Rejects when the postmaster cannot be ended.
 */
export async function clearLeftoverPostmaster(folder: string): Promise<void> {
  const file = readPostmasterFile(folder);
  if (file !== null && worksIn(file.pid, folder)) {
    const identity = identityOf(file.pid);
    const isGone = () => (isRunning(identity) ? undefined : true);
    signalProcess(identity, 'SIGINT');
    if ((await poll(isGone, FAST_STOP_TIMEOUT_MS)) === undefined) signalProcess(identity, 'SIGKILL');
    if ((await poll(isGone, KILL_TIMEOUT_MS)) === undefined) {
      throw new Error(
        `The database server ${file.pid} in ${folder} cannot be stopped. End it and start again.`,
      );
    }
  }
  rmSync(path.join(folder, 'postmaster.pid'), { force: true });
}
