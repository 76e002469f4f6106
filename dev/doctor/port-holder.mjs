import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readOutput } from './run-command.mjs';

/** The state of a listening socket in /proc/net/tcp. */
const LISTENING = '0A';

/** @param {number} port */
function listeningInodes(port) {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => {
    try {
      return readFileSync(table, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local = '', , state]) => local.endsWith(`:${wanted}`) && state === LISTENING)
        .map((fields) => fields[9]);
    } catch {
      return [];
    }
  });
}

/**
 * @param {number} pid
 * @param {Set<string>} links
 */
function holdsOneOf(pid, links) {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => links.has(readlinkSync(`${folder}/${fd}`)));
  } catch {
    // Another user's process, or one that ended at this moment.
    return false;
  }
}

/** @param {number} port */
function findOnLinux(port) {
  const links = new Set(listeningInodes(port).map((inode) => `socket:[${inode}]`));
  if (links.size === 0) return null;
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.find((pid) => holdsOneOf(pid, links)) ?? null;
}

/**
 * The process that listens on a port; null when this user cannot see it.
 * @param {number} port
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ pid: number, command: string } | null>}
 */
export async function findPortHolder(port, signal) {
  const options = signal === undefined ? {} : { signal };
  const found =
    process.platform === 'linux'
      ? findOnLinux(port)
      : await readOutput('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'], options);
  const pid = Number(String(found).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, command: (await readCommand(pid, options)) ?? 'unknown' };
}

/**
 * @param {number} pid
 * @param {{ signal?: AbortSignal }} options
 * @returns {Promise<string | null>}
 */
async function readCommand(pid, options) {
  if (process.platform !== 'linux')
    return await readOutput('ps', ['-o', 'command=', '-p', String(pid)], options);
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return null;
  }
}
