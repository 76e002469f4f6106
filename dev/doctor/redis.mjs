import net from 'node:net';
import { chooseEngine } from '../redis/choose-engine.mjs';
import { ok, problem } from './finding.mjs';
import { readOutput } from './run-command.mjs';

/**
 * @param {string} host
 * @param {number} port
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
async function canConnect(host, port, signal) {
  return await new Promise((resolve) => {
    const socket = net.connect({ host, port, signal });
    const finish = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2_000, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

/**
 * Which Redis the stack would take, and whether it is there. Never says more of REDIS_URL than its host and port.
 * @param {Pick<import('./finding.mjs').Patient, 'env' | 'signal'>} patient
 */
export async function checkRedis({ env, signal }) {
  const choice = chooseEngine({ REDIS_URL: env['REDIS_URL'], PATH: env['PATH'] });
  if (choice.kind === 'embedded') return ok('the embedded engine');
  if (choice.kind === 'system') {
    const says = await readOutput(choice.binary, ['--version'], { signal });
    const version = /v=(\S+)/.exec(says ?? '')?.[1];
    return says === null
      ? problem(
          `${choice.binary} cannot be run`,
          'Mend or remove it; without one the embedded engine is used.',
        )
      : ok(`${choice.binary}${version === undefined ? '' : ` ${version}`}`);
  }
  if (!URL.canParse(choice.url)) {
    return problem('REDIS_URL is not a URL', 'Set it to redis://HOST:PORT, or unset REDIS_URL.');
  }
  const { hostname, port } = new URL(choice.url);
  const server = `${hostname}:${port || '6379'}`;
  return (await canConnect(hostname.replace(/^\[|\]$/g, ''), Number(port || 6379), signal))
    ? ok(`the server of REDIS_URL, ${server}`)
    : problem(`the server of REDIS_URL, ${server}, does not answer`, 'Start it, or unset REDIS_URL.');
}
