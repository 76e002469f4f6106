/**
 * What a check found. A `warning` is worth knowing and mends itself or can wait; a `problem` keeps Darkroom from working.
 * @typedef {{ state: 'ok', message: string } | { state: 'warning' | 'problem', message: string, mend: string }} Finding
 */

/**
 * What a check may look at. Nothing is to be changed.
 * @typedef {object} Patient
 * @property {string} root the repository
 * @property {string} dataDir the stack's data folder
 * @property {NodeJS.ProcessEnv} env
 * @property {AbortSignal} signal aborts at the check's deadline
 */

/** @typedef {{ name: string, look: (patient: Patient) => Finding | Promise<Finding> }} Check */

/**
 * @param {string} message
 * @returns {Finding}
 */
export const ok = (message) => ({ state: 'ok', message });

/**
 * @param {string} message
 * @param {string} mend what to do about it
 * @returns {Finding}
 */
export const warning = (message, mend) => ({ state: 'warning', message, mend });

/**
 * @param {string} message
 * @param {string} mend what to do about it
 * @returns {Finding}
 */
export const problem = (message, mend) => ({ state: 'problem', message, mend });

/**
 * The worst of several findings about one thing; `otherwise` when none is bad.
 * @param {Finding[]} findings
 * @param {Finding} otherwise
 * @returns {Finding}
 */
export function worstOf(findings, otherwise) {
  return (
    findings.find(({ state }) => state === 'problem') ??
    findings.find(({ state }) => state === 'warning') ??
    otherwise
  );
}
