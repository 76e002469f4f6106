import path from 'node:path';
import { ok, problem, warning } from './finding.mjs';
import { isStackRunning, readReady } from './stack-state.mjs';

/** Where to look when a part of `/health/ready` is down. */
const LOGS = {
  primary: 'postgres-primary.log and neon-gateway.log',
  replica: 'postgres-replica.log and neon-gateway.log',
  redis: 'redis-gateway.log',
  media: 'worker.log',
};

/**
 * @param {{ status: number, parts: Record<string, string> }} answer the parts by name: `ok` or what is the matter
 * @param {string} logs the folder of the logs
 */
export function judgeHealth({ status, parts }, logs) {
  const bad = Object.entries(parts).filter(([, state]) => state !== 'ok');
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
 * The parts of an answer of `/health/ready`: of the readiness itself, or of the problem that names what is down.
 * @param {unknown} body
 * @returns {Record<string, string>}
 */
export function readParts(body) {
  if (typeof body !== 'object' || body === null) return {};
  if ('parts' in body && typeof body.parts === 'object' && body.parts !== null) {
    return Object.fromEntries(Object.entries(body.parts).map(([name, state]) => [name, String(state)]));
  }
  if (!('errors' in body) || !Array.isArray(body.errors)) return {};
  return Object.fromEntries(body.errors.map(({ path: name, message }) => [String(name), String(message)]));
}

/** @param {Pick<import('./finding.mjs').Patient, 'dataDir' | 'signal'>} patient */
export async function checkHealth({ dataDir, signal }) {
  const ready = readReady(dataDir);
  if (ready === null || !isStackRunning(dataDir)) return ok('no stack runs');
  const logs = path.join(dataDir, 'logs');
  try {
    const response = await fetch(new URL('/health/ready', ready.consoleUrl), { signal });
    return judgeHealth({ status: response.status, parts: readParts(await response.json()) }, logs);
  } catch {
    return problem(
      `${ready.consoleUrl}/health/ready does not answer`,
      `Stop the stack with Ctrl-C and start it again; why is in worker.log in ${logs}`,
    );
  }
}
