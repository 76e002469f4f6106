// Everything that depends on the operating system's idea of a process. Plain JavaScript, because the
// installer runs on Node 20 before any dependency is there.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/**
 * A process, told apart from a later one with the same pid by its start time.
 * @typedef {{ pid: number, startTime: string }} ProcessIdentity
 */

/** @type {string | undefined} */
let cachedBootId;

function readBootId() {
  cachedBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return cachedBootId;
}

/**
 * Reads the fields of `/proc/<pid>/stat` behind the command name, which may itself hold spaces and parentheses.
 * @param {number} pid
 * @returns {{ state: string, group: number, startTicks: string } | null}
 */
function readLinuxStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, , group] = fields;
    const startTicks = fields[19];
    if (state === undefined || group === undefined || startTicks === undefined) return null;
    return { state, group: Number(group), startTicks };
  } catch {
    return null;
  }
}

/**
 * @param {string[]} args
 * @returns {string}
 */
function ps(args) {
  try {
    return execFileSync('ps', args, {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

/**
 * The start time of a live process as an opaque string, or null when there is none. A zombie counts as gone.
 * @param {number} pid
 * @returns {string | null}
 */
export function startTimeOf(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  if (process.platform === 'linux') {
    const stat = readLinuxStat(pid);
    return stat === null || stat.state === 'Z' || stat.state === 'X'
      ? null
      : `${readBootId()}:${stat.startTicks}`;
  }
  const line = ps(['-o', 'stat=,lstart=', '-p', String(pid)]).trim();
  if (line === '' || line.startsWith('Z')) return null;
  return line.replace(/^\S+\s+/, '');
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity}
 */
export function identityOf(pid) {
  return { pid, startTime: startTimeOf(pid) ?? '' };
}

/**
 * True while exactly this process, not a later one with its pid, is running.
 * @param {ProcessIdentity} identity
 */
export function isRunning(identity) {
  return identity.startTime !== '' && startTimeOf(identity.pid) === identity.startTime;
}

/**
 * The live members of a process group.
 * @param {number} leader pid of the group's leader, which need not live any more
 * @returns {number[]}
 */
export function membersOfGroup(leader) {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        const stat = readLinuxStat(pid);
        return stat !== null && stat.group === leader && stat.state !== 'Z' && stat.state !== 'X';
      });
  }
  if (process.platform === 'win32') return [];
  return ps(['-axo', 'pid=,pgid=,stat='])
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, group, state]) => Number(group) === leader && !state?.startsWith('Z'))
    .map(([pid]) => Number(pid));
}

/**
 * True when the process was started with `marker` in its environment. Answers false where that cannot be read.
 * @param {number} pid
 * @param {string} marker
 */
export function hasInEnvironment(pid, marker) {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(marker);
    } catch {
      return false;
    }
  }
  if (process.platform === 'win32') return false;
  return ps(['-E', '-o', 'command=', '-p', String(pid)]).includes(marker);
}

/**
 * Sends a signal to a whole process group. A group that is gone already is not an error.
 * @param {number} leader
 * @param {NodeJS.Signals} signal
 */
export function signalGroup(leader, signal) {
  try {
    if (process.platform === 'win32')
      execFileSync('taskkill', ['/pid', String(leader), '/t', '/f'], { stdio: 'ignore' });
    else process.kill(-leader, signal);
  } catch {
    // Gone already, which is what was wanted.
  }
}

/**
 * Sends a signal to one process, if it still is that process.
 * @param {ProcessIdentity} identity
 * @param {NodeJS.Signals} signal
 */
export function signalProcess(identity, signal) {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch {
    // It ended between the check and the signal.
  }
}
