import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_DATA_DIR } from '../stack/arguments.mjs';
import { checkCertificate } from './certificate.mjs';
import { checkClock } from './clock.mjs';
import { checkDataFolder, checkSecrets } from './data-folder.mjs';
import { checkHealth } from './health.mjs';
import { checkLeftovers } from './leftovers.mjs';
import { checkDisk, checkMemory, checkOpenFiles } from './machine.mjs';
import { checkInstallScripts, checkNode, checkNpm, checkPlatform } from './node.mjs';
import { checkPackages } from './packages.mjs';
import { checkParts } from './parts.mjs';
import { checkPorts } from './ports.mjs';
import { checkProcesses } from './processes.mjs';
import { checkRedis } from './redis.mjs';
import { toJson, toLines } from './report.mjs';
import { runChecks } from './run-checks.mjs';
import { checkLock, checkReadyFile } from './stack-state.mjs';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

const HELP = `Usage: npm run doctor -- [options]

Says what is wrong with this machine or with a running stack, and how to mend it. It changes nothing.

  --data DIR   the stack's data folder (default ${DEFAULT_DATA_DIR})
  --json       print JSON
  --help       show this text

It ends with code 1 when there is a problem, and with 2 for wrong arguments.
`;

/** @type {import('./finding.mjs').Check[]} */
const CHECKS = [
  { name: 'Node', look: checkNode },
  { name: 'npm', look: checkNpm },
  { name: 'install scripts', look: checkInstallScripts },
  { name: 'platform', look: checkPlatform },
  { name: 'packages', look: checkPackages },
  { name: 'embedded parts', look: checkParts },
  { name: 'Redis', look: checkRedis },
  { name: 'disk', look: checkDisk },
  { name: 'memory', look: checkMemory },
  { name: 'open files', look: checkOpenFiles },
  { name: 'data folder', look: checkDataFolder },
  { name: 'secrets', look: checkSecrets },
  { name: 'certificate', look: checkCertificate },
  { name: 'ports', look: checkPorts },
  { name: 'lock', look: checkLock },
  { name: 'ready file', look: checkReadyFile },
  { name: 'processes', look: checkProcesses },
  { name: 'health', look: checkHealth },
  { name: 'clock', look: checkClock },
  { name: 'leftovers', look: checkLeftovers },
];

/**
 * Runs every check and prints what they found. Returns the exit code.
 * @param {string[]} args
 * @param {(text: string) => void} print
 */
export async function runDoctor(args, print) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        data: { type: 'string', default: DEFAULT_DATA_DIR },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    print(`${message.split('. ')[0]}.\n\n${HELP}`);
    return 2;
  }
  if (values.help) {
    print(HELP);
    return 0;
  }
  const results = await runChecks(CHECKS, {
    root: ROOT,
    dataDir: path.resolve(ROOT, values.data),
    env: process.env,
  });
  print(values.json ? toJson(results) : toLines(results));
  return results.some(({ state }) => state === 'problem') ? 1 : 0;
}
