// Plain JavaScript for Node 20: the way from a launcher to a script on the Node of node_modules.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, InstallError, toolchainNode } from './install.mjs';
import { NODE_FLAGS } from './process/node-flags.mjs';
import { watchNpm } from './process/npm-parent.mjs';

const FORWARDED_SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Installs what is missing. Says why when that fails.
 * @returns {Promise<boolean>} whether everything is there
 */
export async function install() {
  try {
    await ensureInstalled({ log: (line) => console.log(line) });
    return true;
  } catch (error) {
    console.error(error instanceof InstallError ? error.message : error);
    return false;
  }
}

/**
 * Runs `script` in a process of its own, which ends when this one does, even by `kill -9`: the IPC channel closes.
 * @param {URL} script
 * @param {string[]} args
 * @param {string} event the name of the npm script
 * @returns {Promise<number>} the exit code
 */
export async function runOnToolchain(script, args, event) {
  return await new Promise((resolve) => {
    const child = spawn(toolchainNode(), [...NODE_FLAGS, fileURLToPath(script), ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    for (const signal of FORWARDED_SIGNALS) process.on(signal, () => child.kill(signal));
    watchNpm(event, () => child.kill('SIGTERM'));
    child.once('error', (error) => {
      console.error(
        `Node ${toolchainNode()} cannot be run: ${error.message}. Delete node_modules and start again.`,
      );
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
