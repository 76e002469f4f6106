import path from 'node:path';
import { readStateFile } from '../process/read-state-file.mjs';
import { ok, problem, warning } from './finding.mjs';
import { isStackRunning } from './stack-state.mjs';

/** Leases and links are judged by the database's clock, and made by the Worker's. */
const NOTABLE_MS = 2_000;
const HARMFUL_MS = 30_000;
const MEASUREMENTS = 3;

/** @param {number} skewMs how far the database is ahead of this machine, on which the Worker runs */
export function judgeSkew(skewMs) {
  const seconds = (Math.abs(skewMs) / 1_000).toFixed(1);
  const says = `the database's clock is ${seconds} s ${skewMs < 0 ? 'behind' : 'ahead of'} the Worker's`;
  const mend = 'Let the system set its clock (timedatectl set-ntp true), and restart the stack.';
  if (Math.abs(skewMs) >= HARMFUL_MS) return problem(says, mend);
  return Math.abs(skewMs) >= NOTABLE_MS
    ? warning(says, mend)
    : ok(`the database and the Worker agree to ${seconds} s`);
}

/**
 * One variable of the Worker's env file.
 * @param {string} dataDir
 * @param {string} name
 */
function readVariable(dataDir, name) {
  const text = readStateFile(path.join(dataDir, 'worker.env'));
  return new RegExp(`^${name}='(.*)'$`, 'm').exec(text)?.[1] ?? '';
}

/**
 * How far the database's clock is ahead, and how long the question took, which bounds the error.
 * @param {Pick<import('./finding.mjs').Patient, 'dataDir' | 'signal'>} patient
 * @returns {Promise<{ skewMs: number, tookMs: number }>}
 */
async function measureSkew({ dataDir, signal }) {
  const askedAt = Date.now();
  const response = await fetch(readVariable(dataDir, 'NEON_FETCH_ENDPOINT'), {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/json',
      'neon-connection-string': readVariable(dataDir, 'DATABASE_SERVICE_URL'),
      'neon-raw-text-output': 'true',
      'neon-array-mode': 'true',
    },
    body: JSON.stringify({ query: 'select extract(epoch from clock_timestamp()) * 1000', params: [] }),
  });
  /** @type {{ rows?: unknown[][] }} */
  const { rows } = Object(await response.json());
  const millis = Number(rows?.[0]?.[0]);
  if (Number.isNaN(millis)) throw new Error(`the gateway answered ${response.status}`);
  return { skewMs: millis - (askedAt + Date.now()) / 2, tookMs: Date.now() - askedAt };
}

/**
 * Asks the database for its time, by the way that the Worker takes: a few times, as the quickest answer is the best.
 * @param {Pick<import('./finding.mjs').Patient, 'dataDir' | 'signal'>} patient
 */
export async function checkClock({ dataDir, signal }) {
  if (!isStackRunning(dataDir)) return ok('no stack runs');
  try {
    const measured = [];
    for (let turn = 0; turn < MEASUREMENTS; turn++) measured.push(await measureSkew({ dataDir, signal }));
    const [best] = measured.sort((a, b) => a.tookMs - b.tookMs);
    return judgeSkew(best?.skewMs ?? 0);
  } catch {
    return warning(
      'the database did not say its time',
      'The line "health" says more; if the stack is starting, ask again.',
    );
  }
}
