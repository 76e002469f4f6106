// Runs all tests, or those of the projects and files that are named: first those without a browser, with coverage if it
// is all of them, then the browser's. Everything they write goes into one temporary folder, which is removed at the end, however
// that comes.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, findBrowser } from './browser.ts';
import { NODE_FLAGS } from './process/node-flags.mjs';
import { signalGroup } from './process/process-group.mjs';
import { runProgram } from './process/run-program.ts';
import { buildConsole } from './stack/console-build.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** Many times what all tests of one call take on a slow machine. */
const RUN_LIMIT_MS = 20 * 60_000;
/** Vitest gives itself 10 s to stop what it started. */
const EXIT_LIMIT_MS = 60_000;
const BROWSER_TESTS = 'test/e2e/';
/** Where the tests of each project of vitest.config.ts are. */
const FOLDERS = new Map([
  ['unit', 'test/unit/'],
  ['property', 'test/property/'],
  ['conformance', 'test/conformance/'],
  ['stack', 'test/stack/'],
  ['integration', 'test/integration/'],
  ['browser', BROWSER_TESTS],
]);

interface Totals {
  passed: number;
  failed: number;
}

const temporary = mkdtempSync(path.join(tmpdir(), 'darkroom-test-'));
// Postgres runs as another user when the tests run as root, and must reach its folder in here.
chmodSync(temporary, 0o711);
process.env['TMPDIR'] = temporary;

/** The process group of the tests under way. */
let running: number | undefined;
let isStopping = false;
let reports = 0;

function cleanUp(): void {
  if (running !== undefined) signalGroup(running, 'SIGKILL');
  rmSync(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** The tests are asked first: they stop what they started. */
function stop(): void {
  if (isStopping) return;
  isStopping = true;
  console.error('\nStopping the tests');
  if (running === undefined) {
    cleanUp();
    process.exit(1);
  }
  signalGroup(running, 'SIGINT');
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

/**
 * Runs vitest, and says whether all went well. Its report tells how the tests went before it ends, so a vitest that
 * does not end afterwards is killed and costs a minute, not the result.
 */
async function vitest(args: string[], env: Record<string, string>, report: string): Promise<boolean> {
  let lastLineAt = Date.now();
  let hasFault = false;
  const script = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const { code, reason } = await runProgram(process.execPath, [...NODE_FLAGS, script, 'run', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }), ...env },
    timeoutMs: RUN_LIMIT_MS,
    isOver: () => existsSync(report) && Date.now() - lastLineAt > EXIT_LIMIT_MS,
    onStart: (pid) => (running = pid),
    onLine: (line, from) => {
      lastLineAt = Date.now();
      hasFault ||= FAULT.test(line);
      if (!NOISE.test(line)) process[from].write(`${line}\n`);
    },
  });
  running = undefined;
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
async function runTests(
  paths: string[],
  args: string[],
  env: Record<string, string>,
): Promise<Totals & { ok: boolean }> {
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
      ...args,
    ],
    env,
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

const NONE = { passed: 0, failed: 0, ok: true };

async function runQuick(paths: string[], isWhole: boolean): Promise<Totals & { ok: boolean }> {
  if (paths.length === 0) return NONE;
  const coverage = ['--coverage', `--coverage.reportsDirectory=${path.join(temporary, 'coverage')}`];
  const totals = await runTests(paths, isWhole ? coverage : [], {});
  if (!totals.ok && totals.failed === 0)
    console.log(
      `The tests pass, but vitest has a complaint${isWhole ? ', or the coverage is too low' : ''}.`,
    );
  return totals;
}

/** Null where no browser runs. */
async function runBrowser(paths: string[]): Promise<(Totals & { ok: boolean }) | null> {
  const browser: Browser | null = await findBrowser();
  if (!browser) return null;
  console.log(`Testing in ${browser.origin}`);
  return await runTests(paths, [], {
    DARKROOM_BROWSER_PATH: browser.executable,
    DARKROOM_BROWSER_ARGS: JSON.stringify(browser.args),
  });
}

async function main(named: string[]): Promise<number> {
  const wanted = named.map(findTests);
  if (wanted.includes(null)) {
    console.error(`Usage: npm test [-- PROJECT | FILE…], of the projects ${[...FOLDERS.keys()].join(', ')}`);
    return 2;
  }
  const isWhole = named.length === 0;
  const paths = isWhole ? [...FOLDERS.values()] : wanted.filter((tests) => tests !== null);
  const pagePaths = paths.filter(isOfBrowser);
  console.log('Building the console');
  await buildConsole(ROOT, new AbortController().signal);
  const quick = await runQuick(
    paths.filter((tests) => !isOfBrowser(tests)),
    isWhole,
  );
  if (isStopping) return 1;
  const browser = pagePaths.length > 0 ? await runBrowser(pagePaths) : NONE;
  const note = browser ? '' : ', browser part not run: no Chrome, Chromium or Edge runs here';
  const pages = browser ?? { ...NONE, ok: process.env['CI'] === undefined };
  console.log(`Tests: ${quick.passed + pages.passed} passed, ${quick.failed + pages.failed} failed${note}`);
  return quick.ok && pages.ok && !isStopping ? 0 : 1;
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
