import { isPortFree } from '../process/port-check.mjs';
import { hasInEnvironment } from '../process/process-group.mjs';
import { RUN_MARKER_NAME, runMarker } from '../process/run-marker.mjs';
import { FIRST_PORTS } from '../stack/first-ports.mjs';
import { ok, warning } from './finding.mjs';
import { findPortHolder } from './port-holder.mjs';

const MAX_COMMAND = 60;
/** That of the shared door is on another address, and matters to nobody who does not share. */
const PORTS = {
  console: FIRST_PORTS.console,
  'sample site': FIRST_PORTS.sampleSite,
  database: FIRST_PORTS.primary,
  replica: FIRST_PORTS.replica,
};

/** @typedef {{ name: string, port: number, isFree: boolean, isOurs: boolean, holder: { pid: number, command: string } | null }} Port */

/** @param {Port[]} ports */
export function judgePorts(ports) {
  const taken = ports.filter(({ isFree, isOurs }) => !isFree && !isOurs);
  if (taken.length === 0) {
    const isOurs = ports.some((port) => port.isOurs);
    const list = ports.map(({ port }) => port).join(', ');
    return ok(`${list}: ${isOurs ? 'free or held by this stack' : 'free'}`);
  }
  const words = taken.map(({ name, port, holder }) => {
    const who =
      holder === null
        ? 'a process that this user cannot see'
        : `process ${holder.pid} (${holder.command.slice(0, MAX_COMMAND)})`;
    return `${port} (${name}) is held by ${who}`;
  });
  return warning(
    words.join('; '),
    'npm start moves past them and prints what it took; end that process to have them back.',
  );
}

/**
 * The first ports that a stack tries, and who has them.
 * @param {Pick<import('./finding.mjs').Patient, 'dataDir' | 'signal'>} patient
 * @param {Record<string, number>} [wanted] by name
 */
export async function checkPorts({ dataDir, signal }, wanted = PORTS) {
  const mark = `${RUN_MARKER_NAME}=${runMarker(dataDir)}`;
  const ports = await Promise.all(
    Object.entries(wanted).map(async ([name, port]) => {
      const isFree = await isPortFree(port);
      const holder = isFree ? null : await findPortHolder(port, signal);
      return { name, port, isFree, holder, isOurs: holder !== null && hasInEnvironment(holder.pid, mark) };
    }),
  );
  return judgePorts(ports);
}
