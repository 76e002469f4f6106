import path from 'node:path';
import { ok, problem, warning } from './finding.mjs';
import { isStackRunning, readReady } from './stack-state.mjs';

/** Where to look when a part of `/health/ready` is down. */
const LOGS = {
  primary: 'postgres-primary.log and neon-gateway.log',
  replica: 'postgres-replica.log and neon-gateway.log',
  redis: 'redis-gateway.log',
  media: 'worker.log',
  queue: 'worker.log',
};

/** Of a part that nothing is to be done about: it answers, or there is none and none is missed. */
const FINE = ['ok', 'absent'];

/**
 * @param {{ status: number, parts: Record<string, string>, isDraining?: boolean }} answer the parts by name: `ok` or what is
 *   the matter
 * @param {string} logs the folder of the logs
 */
export function judgeHealth({ status, parts, isDraining = false }, logs) {
  const bad = Object.entries(parts).filter(([, state]) => !FINE.includes(state));
  if (isDraining && bad.length === 0)
    return warning('/health/ready says that no traffic is to be sent here', 'npm run drain -- off');
  if (status === 200 && bad.length === 0) return ok(`${Object.keys(parts).join(', ')} answer`);
  const says =
    bad.map(([name, state]) => `${name} is ${state}`).join(', ') || `/health/ready answers ${status}`;
  const files = bad.map(
    ([name]) => Object.entries(LOGS).find(([part]) => part === name)?.[1] ?? 'worker.log',
  );
  const mend = `Stop the stack with Ctrl-C and start it again; why is in ${[...new Set(files)].join(', ') || 'worker.log'} in ${logs}`;
  // Without the primary nothing is served; without another part, some things are.
  return status === 200 ? warning(says, mend) : problem(says, mend);
}

/**
 * The parts of an answer of `/health/ready`: of the report itself, or of the problem that holds it.
 * @param {unknown} body
 * @returns {Record<string, string>}
 */
export function readParts(body) {
  if (typeof body !== 'object' || body === null) return {};
  if ('current' in body) return readParts(body.current);
  if (!('parts' in body) || typeof body.parts !== 'object' || body.parts === null) return {};
  return Object.fromEntries(
    Object.entries(body.parts).map(([name, part]) => [name, String(part?.state ?? 'unknown')]),
  );
}

/** @param {Pick<import('./finding.mjs').Patient, 'dataDir' | 'signal'>} patient */
export async function checkHealth({ dataDir, signal }) {
  const ready = readReady(dataDir);
  if (ready === null || !isStackRunning(dataDir)) return ok('no stack runs');
  const logs = path.join(dataDir, 'logs');
  try {
    const response = await fetch(new URL('/health/ready', ready.consoleUrl), { signal });
    const body = JSON.parse(await response.text());
    const isDraining = body?.code === 'draining';
    return judgeHealth({ status: response.status, parts: readParts(body), isDraining }, logs);
  } catch {
    return problem(
      `${ready.consoleUrl}/health/ready does not answer`,
      `Stop the stack with Ctrl-C and start it again; why is in worker.log in ${logs}`,
    );
  }
}
