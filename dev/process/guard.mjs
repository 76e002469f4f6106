// Stands between a supervisor and one child: when the supervisor vanishes, even by `kill -9`, the IPC channel
// closes and the guard ends the child. It is started with an IPC channel and gets its orders as messages.
import { spawn } from 'node:child_process';
import { identityOf, membersOfGroup, signalGroup } from './process-group.mjs';
import { removeFolder } from './remove-folder.mjs';

/**
 * @typedef {{
 *   command: string, args: string[], env: Record<string, string>, cwd: string,
 *   uid?: number, gid?: number, stopSignal: NodeJS.Signals, graceMs: number, ipc: boolean, removeWhenOrphaned?: string,
 * }} GuardOrder
 */

const REMOVE_MS = 5_000;

/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
/** @type {GuardOrder | undefined} */
let order;
let isStopping = false;
let isOrphaned = false;

/** @param {unknown} message */
function tell(message) {
  if (process.connected) process.send?.(message, () => {});
}

/** @param {{ code: number | null, signal: string | null, error?: string }} outcome */
function finish(outcome) {
  const leader = child?.pid;
  if (leader !== undefined && membersOfGroup(leader).length > 0) signalGroup(leader, 'SIGKILL');
  if (isOrphaned && order?.removeWhenOrphaned !== undefined)
    removeFolder(order.removeWhenOrphaned, REMOVE_MS);
  if (!process.connected || process.send === undefined) process.exit(0);
  process.send({ guard: 'exit', ...outcome }, () => process.exit(0));
}

function stop() {
  if (isStopping) return;
  isStopping = true;
  if (
    child?.pid === undefined ||
    order === undefined ||
    child.exitCode !== null ||
    child.signalCode !== null
  ) {
    finish({ code: null, signal: null });
    return;
  }
  const leader = child.pid;
  child.kill(order.stopSignal);
  setTimeout(() => signalGroup(leader, 'SIGKILL'), order.graceMs);
}

/** @param {GuardOrder} received */
function start(received) {
  order = received;
  child = spawn(order.command, order.args, {
    cwd: order.cwd,
    env: order.env,
    detached: true,
    stdio: order.ipc ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['ignore', 'inherit', 'inherit'],
    ...(order.uid === undefined ? {} : { uid: order.uid }),
    ...(order.gid === undefined ? {} : { gid: order.gid }),
  });
  child.once('error', (error) => finish({ code: null, signal: null, error: error.message }));
  child.once('exit', (code, signal) => finish({ code, signal }));
  if (order.ipc) child.on('message', (message) => tell({ guard: 'message', message }));
  if (child.pid !== undefined) tell({ guard: 'started', ...identityOf(child.pid) });
}

process.on('message', (/** @type {unknown} */ message) => {
  if (typeof message !== 'object' || message === null || !('guard' in message)) return;
  if (message.guard === 'start' && 'order' in message) start(/** @type {GuardOrder} */ (message.order));
  if (message.guard === 'stop') stop();
});
process.on('disconnect', () => {
  isOrphaned = true;
  stop();
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, stop);
