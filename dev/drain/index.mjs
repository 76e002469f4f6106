import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_DATA_DIR } from '../stack/arguments.mjs';
import { findTarget } from './target.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
/** Longer than the Worker waits for its rooms. */
const ANSWER_WITHIN_MS = 30_000;

const HELP = `Usage: npm run drain -- on|off|status [options]

Says whether traffic is to be sent to an installation. While it is on, /health/ready answers 503, and whoever is in a
room is asked to come back; requests are served all the same.

  --url URL      the installation; OPERATOR_TOKEN in the environment is its secret (default: the running local stack)
  --timeout N    with on: seconds until who has not come back is cut off, 1 to 600 (default 60)
  --data DIR     the local stack's data folder (default ${DEFAULT_DATA_DIR})
  --help         show this text

It ends with code 1 when the installation refuses or does not answer, and with 2 for wrong arguments.
`;

/**
 * What the API says of a drain.
 * @typedef {{ on: false } | { on: true, since: string, until: string, rooms: number, sockets: number, cut: number }} Drain
 */

/** @param {string[]} args */
function parse(args) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      timeout: { type: 'string' },
      data: { type: 'string', default: DEFAULT_DATA_DIR },
      help: { type: 'boolean', default: false },
    },
  });
}

/**
 * Asks an installation, and prints what it says. Returns the exit code.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} print
 */
export async function runDrain(args, env, print) {
  const refuse = (/** @type {string} */ why) => (print(`${why}.\n\n${HELP}`), 2);
  let parsed;
  try {
    parsed = parse(args);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(message.split('. ')[0] ?? message);
  }
  const { values, positionals } = parsed;
  if (values.help) return (print(HELP), 0);
  const [wish, ...more] = positionals;
  if (wish === undefined || more.length > 0 || !['on', 'off', 'status'].includes(wish))
    return refuse('Say on, off or status');
  const timeoutSeconds = Number(values.timeout ?? 60);
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > 600)
    return refuse('--timeout takes 1 to 600 seconds');
  const dataDir = path.resolve(ROOT, values.data);
  const target = findTarget({ given: values.url, token: env['OPERATOR_TOKEN'], dataDir });
  if ('problem' in target) return (print(`${target.problem}.`), 1);
  const body = wish === 'status' ? null : { on: wish === 'on', timeoutSeconds };
  return await ask(target, body, print);
}

/**
 * @param {import('./target.mjs').Target} target
 * @param {{ on: boolean, timeoutSeconds: number } | null} body null to ask how it stands
 * @param {(text: string) => void} print
 */
async function ask({ url, token }, body, print) {
  const address = new URL('/v1/admin/drain', url);
  try {
    const response = await fetch(address, {
      method: body ? 'PUT' : 'GET',
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      // Elsewhere the token is no business of anybody.
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const answer = JSON.parse(await response.text());
    if (!response.ok) {
      if (response.status === 401) {
        print(
          `${address.origin} refuses: OPERATOR_TOKEN is not this installation's (request ${answer.requestId})`,
        );
        return 1;
      }
      print(`${address.origin} refuses: ${answer.title} (${answer.code}, request ${answer.requestId})`);
      return 1;
    }
    print(describe(answer, body?.on ? body.timeoutSeconds : null));
    return 0;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    print(`${address.origin} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`);
    return 1;
  }
}

/**
 * The answer in words, at the time of whoever reads it. `askedSeconds`: the time-out that was asked for; null for none.
 * @param {Drain} drain
 * @param {number | null} askedSeconds
 */
export function describe(drain, askedSeconds) {
  if (!drain.on) return 'off: traffic may be sent here';
  const { since, until, rooms, sockets, cut } = drain;
  const asked = `${count(sockets, 'socket')} in ${count(rooms, 'room')} asked to come back`;
  const isOver = Date.parse(until) <= Date.now();
  const end = isOver ? `${cut} cut off at ${until}` : `whoever is still there at ${until} is cut off`;
  const keptSeconds = Math.round((Date.parse(until) - Date.parse(since)) / 1000);
  const kept =
    askedSeconds === null || askedSeconds === keptSeconds
      ? ''
      : `; it was on already, and keeps its time-out of ${keptSeconds} s: switch it off first for another one`;
  return `on since ${since}; ${asked}, ${end}${kept}`;
}

/** @param {number} number @param {string} noun */
function count(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
