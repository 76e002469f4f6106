const MARKS = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' };
const NAME_WIDTH = 16;
/** All but the line feed: what files say is shown, and must not steer the terminal. */
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** @param {import('./run-checks.mjs').Result[]} results */
function summarise(results) {
  const count = (/** @type {string} */ wanted) => results.filter(({ state }) => state === wanted).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems + warnings === 0) return 'Nothing is wrong.';
  const words = (/** @type {number} */ n, /** @type {string} */ noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;
  return `${words(problems, 'problem')}, ${words(warnings, 'warning')}.`;
}

/**
 * One line for each check, and the mend below where one is needed.
 * @param {import('./run-checks.mjs').Result[]} results
 */
export function toLines(results) {
  const lines = results.flatMap((result) => {
    const line = `${MARKS[result.state]}  ${result.name.padEnd(NAME_WIDTH)}${result.message}`;
    if (result.state === 'ok') return [line];
    return [line, ...result.mend.split('\n').map((mend) => `${' '.repeat(9 + NAME_WIDTH)}-> ${mend}`)];
  });
  return [...lines, '', summarise(results)].join('\n').replaceAll(CONTROLS, '\ufffd');
}

/**
 * The same for programs: `{ ok, checks: [{ name, state, message, mend? }] }`.
 * @param {import('./run-checks.mjs').Result[]} results
 */
export function toJson(results) {
  const isOk = results.every(({ state }) => state !== 'problem');
  return JSON.stringify({ ok: isOk, checks: results }, null, 2);
}
