// Runs all tests, or those of the projects and files that are named: those that coverage is measured by, if it is all of
// them, with the others beside them, then the browser's. Everything they write goes into one temporary folder, which is
// removed at the end, however that comes.
import { chmodSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, findBrowser } from './browser.ts';
import { NODE_FLAGS } from './process/node-flags.mjs';
import { signalGroup } from './process/process-group.mjs';
import { removeFolder } from './process/remove-folder.mjs';
import { runProgram } from './process/run-program.ts';
import { buildConsole } from './stack/console-build.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** Many times what all tests of one call take on a slow machine. */
const RUN_LIMIT_MS = 20 * 60_000;
/** Vitest gives itself 10 s to stop what it started. */
const EXIT_LIMIT_MS = 60_000;
const REMOVE_LIMIT_MS = 10_000;
const BROWSER_TESTS = 'test/e2e/';
/** These run nearly all of the Worker. Measured by every test, coverage would cost a fifth of the processors' time. */
const MEASURED_BY = ['test/unit/', 'test/integration/'];
/** Integration tests wait for much that passes by itself. One process more has what that leaves of two processors. */
const BESIDE = ['--maxWorkers=1'];
/** Where the tests of each project of vitest.config.ts are. */
const FOLDERS = new Map([
  ['unit', 'test/unit/'],
  ['property', 'test/property/'],
  ['conformance', 'test/conformance/'],
  ['stack', 'test/stack/'],
  ['integration', 'test/integration/'],
  ['browser', BROWSER_TESTS],
]);

interface Outcome {
  passed: number;
  failed: number;
  ok: boolean;
}
const NONE: Outcome = { passed: 0, failed: 0, ok: true };

const temporary = mkdtempSync(path.join(tmpdir(), 'darkroom-test-'));
// Postgres runs as another user when the tests run as root, and must reach its folder in here.
chmodSync(temporary, 0o711);
process.env['TMPDIR'] = temporary;
// The sample site's, which several of its tests and every stack need (test/helpers/sample-photographs.ts).
process.env['DARKROOM_TEST_PHOTOGRAPHS'] = path.join(temporary, 'photographs');

/** The process groups of the tests under way. */
const running = new Set<number>();
let isStopping = false;
let reports = 0;

function cleanUp(): void {
  for (const group of running) signalGroup(group, 'SIGKILL');
  // Guards of what was killed may be at it as well.
  removeFolder(temporary, REMOVE_LIMIT_MS);
}

/** The tests are asked first: they stop what they started. */
function stop(): void {
  if (isStopping) return;
  isStopping = true;
  console.error('\nStopping the tests');
  if (running.size === 0) {
    cleanUp();
    process.exit(1);
  }
  for (const group of running) signalGroup(group, 'SIGINT');
  setTimeout(() => (cleanUp(), process.exit(1)), 10_000).unref();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
process.on('disconnect', stop);

/**
 * workerd tells on its own stderr of every connection that a test breaks on purpose, with a native stack; and the
 * report that vitest names is in a folder that will be gone.
 */
const NOISE = /^(uncaught exception; |e?xception = |e = rust|stack: .*workerd@|JSON report written)/;

/** What vitest says of a fault that is no failed test. */
const FAULT = /ERROR: Coverage for|Unhandled Error/;

/** How one vitest is run. */
interface Mode {
  args?: string[];
  env?: Record<string, string>;
}

/**
 * Runs vitest, and says whether all went well. Its report tells how the tests went before it ends, so a vitest that
 * does not end afterwards is killed and costs a minute, not the result.
 */
async function vitest(args: string[], { env }: Mode, report: string): Promise<boolean> {
  let lastLineAt = Date.now();
  let hasFault = false;
  let group = 0;
  const script = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const { code, reason } = await runProgram(process.execPath, [...NODE_FLAGS, script, 'run', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }), ...env },
    timeoutMs: RUN_LIMIT_MS,
    isOver: () => existsSync(report) && Date.now() - lastLineAt > EXIT_LIMIT_MS,
    onStart(pid) {
      group = pid;
      running.add(pid);
    },
    onLine: (line, from) => {
      lastLineAt = Date.now();
      hasFault ||= FAULT.test(line);
      if (!NOISE.test(line)) process[from].write(`${line}\n`);
    },
  });
  running.delete(group);
  if (code === null) console.error(`vitest was killed: ${reason}`);
  return code === null ? existsSync(report) && !hasFault : code === 0;
}

/** The folder or file that an argument names; null when there are no such tests. */
function findTests(name: string): string | null {
  const folder = FOLDERS.get(name);
  if (folder !== undefined) return folder;
  const file = path.relative(ROOT, path.resolve(name)).replaceAll(path.sep, '/');
  const isTest = file.endsWith('.test.ts') && [...FOLDERS.values()].some((folder) => file.startsWith(folder));
  return isTest && existsSync(path.join(ROOT, file)) ? file : null;
}

function isOfBrowser(tests: string): boolean {
  return tests.startsWith(BROWSER_TESTS);
}

/** Runs the tests in some folders and files, and counts from vitest's own report. */
async function runTests(paths: string[], mode: Mode): Promise<Outcome> {
  if (paths.length === 0 || isStopping) return NONE;
  const report = path.join(temporary, `report-${++reports}.json`);
  const projects = [...FOLDERS].filter(([, folder]) => paths.some((tests) => tests.startsWith(folder)));
  const ok = await vitest(
    [
      ...projects.flatMap(([project]) => ['--project', project]),
      ...paths,
      '--silent=passed-only',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...(mode.args ?? []),
    ],
    mode,
    report,
  );
  if (!existsSync(report)) return { passed: 0, failed: 1, ok: false };
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that cannot be loaded has no test that could fail.
  const failed = Math.max(
    Number(numFailedTests),
    Number(numFailedTests) === 0 && numFailedTestSuites > 0 ? 1 : 0,
  );
  return { passed: Number(numPassedTests), failed, ok: ok && failed === 0 };
}

/** Those that coverage is measured by; with coverage when it is all of them. */
async function runMeasured(paths: string[], isWhole: boolean): Promise<Outcome> {
  const coverage = ['--coverage', `--coverage.reportsDirectory=${path.join(temporary, 'coverage')}`];
  const outcome = await runTests(paths, { args: isWhole ? coverage : [] });
  if (!outcome.ok && outcome.failed === 0)
    console.log(
      `The tests pass, but vitest has a complaint${isWhole ? ', or the coverage is too low' : ''}.`,
    );
  return outcome;
}

/** Null where no browser runs. */
async function runBrowser(paths: string[]): Promise<Outcome | null> {
  if (paths.length === 0) return NONE;
  const browser: Browser | null = await findBrowser();
  if (!browser) return null;
  console.log(`Testing in ${browser.origin}`);
  const env = {
    DARKROOM_BROWSER_PATH: browser.executable,
    DARKROOM_BROWSER_ARGS: JSON.stringify(browser.args),
  };
  return await runTests(paths, { env });
}

async function main(named: string[]): Promise<number> {
  const wanted = named.map(findTests);
  if (wanted.includes(null)) {
    console.error(`Usage: npm test [-- PROJECT | FILE…], of the projects ${[...FOLDERS.keys()].join(', ')}`);
    return 2;
  }
  const isWhole = named.length === 0;
  const paths = isWhole ? [...FOLDERS.values()] : wanted.filter((tests) => tests !== null);
  const isMeasuredBy = (tests: string) => MEASURED_BY.some((folder) => tests.startsWith(folder));
  const rest = paths.filter((tests) => !isMeasuredBy(tests) && !isOfBrowser(tests));
  console.log('Building the console');
  await buildConsole(ROOT, new AbortController().signal);
  const measuredPaths = paths.filter(isMeasuredBy);
  const [measured, others] = await Promise.all([
    runMeasured(measuredPaths, isWhole),
    runTests(rest, { args: measuredPaths.length > 0 ? BESIDE : [] }),
  ]);
  const browser = await runBrowser(paths.filter(isOfBrowser));
  const note = browser ? '' : ', browser part not run: no Chrome, Chromium or Edge runs here';
  const outcomes = [measured, browser ?? { ...NONE, ok: process.env['CI'] === undefined }, others];
  const sum = (of: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[of], 0);
  console.log(`Tests: ${sum('passed')} passed, ${sum('failed')} failed${note}`);
  return outcomes.every(({ ok }) => ok) && !isStopping ? 0 : 1;
}

let code = 1;
try {
  code = await main(process.argv.slice(2));
} catch (error) {
  console.error(error);
} finally {
  cleanUp();
}
process.exit(code);
