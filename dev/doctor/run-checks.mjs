import { warning } from './finding.mjs';

/** A check that takes longer says more about what it asks than its answer would. */
const DEADLINE_MS = 6_000;

/** @typedef {{ name: string } & import('./finding.mjs').Finding} Result */

/**
 * Runs all checks at once, each until its deadline. A check that fails is a finding about itself.
 * @param {import('./finding.mjs').Check[]} checks
 * @param {Omit<import('./finding.mjs').Patient, 'signal'>} patient
 * @param {number} [deadlineMs]
 * @returns {Promise<Result[]>} in the order of the checks
 */
export async function runChecks(checks, patient, deadlineMs = DEADLINE_MS) {
  return await Promise.all(
    checks.map(async ({ name, look }) => {
      const abort = new AbortController();
      /** @type {NodeJS.Timeout | undefined} */
      let timer;
      const late = new Promise((resolve) => {
        timer = setTimeout(() => {
          abort.abort();
          const seconds = deadlineMs / 1_000;
          resolve(
            warning(`there was no answer within ${seconds} s`, 'Ask again when the machine is less busy.'),
          );
        }, deadlineMs);
      });
      try {
        const finding = await Promise.race([look({ ...patient, signal: abort.signal }), late]);
        return { name, ...finding };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { name, ...warning(`could not be looked at: ${reason}`, 'Look at it by hand.') };
      } finally {
        clearTimeout(timer);
      }
    }),
  );
}
