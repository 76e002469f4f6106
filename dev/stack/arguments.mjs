// Plain JavaScript, because it is read before there is a node_modules, on Node 20.
import { parseArgs } from 'node:util';
import { FIRST_PORTS } from './first-ports.mjs';

export const DEFAULT_PORT = FIRST_PORTS.console;
export const DEFAULT_DATA_DIR = '.darkroom';

export const HELP = `Usage: npm start -- [options]

Starts Darkroom on this machine: databases, Redis, a sample site and the Worker with its console.

  --port N     port of the console and the API (default ${DEFAULT_PORT}; a busy one is moved past)
  --data DIR   folder for all data (default ${DEFAULT_DATA_DIR})
  --fresh      delete the data first
  --share      also serve this machine's local network, over https; --share=ADDRESS chooses which one,
               --share=127.0.0.1 tries it on this machine alone
  --help       show this text
`;

/**
 * @typedef {{ kind: 'run', port: number, dataDir: string, isFresh: boolean, share: string | null } | { kind: 'help' } | { kind: 'error', message: string }} Arguments
 */

/**
 * `--share` may stand alone, which parseArgs does not know; it is then given no value.
 * @param {string[]} args
 */
function completeShare(args) {
  return args.map((argument) => (argument === '--share' ? '--share=' : argument));
}

/**
 * Parses the arguments of `npm start`. `share` is null without `--share`, and empty when it names no address.
 * @param {string[]} args
 * @returns {Arguments}
 */
export function parseArguments(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args: completeShare(args),
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        fresh: { type: 'boolean', default: false },
        share: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    // Node adds advice about positional arguments that does not apply here.
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'error', message: message.split('. ')[0] ?? message };
  }
  if (values.help) return { kind: 'help' };
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!/^\d+$/.test(values.port ?? '1') || port < 1 || port > 65_535) {
    return { kind: 'error', message: `--port takes a number from 1 to 65535, not "${values.port}"` };
  }
  if (values.data === '') return { kind: 'error', message: '--data takes the path of a folder' };
  const share = values.share ?? null;
  return { kind: 'run', port, dataDir: values.data ?? DEFAULT_DATA_DIR, isFresh: values.fresh, share };
}
