// Runs all tests: first those without a browser, with coverage, then the browser's. Everything they write goes
// into one temporary folder, which is removed at the end, however that comes.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, findBrowser } from './browser.ts';
import { signalGroup } from './process/process-group.mjs';
import { buildConsole } from './stack/console-build.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const QUICK_PROJECTS = ['unit', 'property', 'conformance', 'stack', 'integration'];

interface Totals {
  passed: number;
  failed: number;
}

const temporary = mkdtempSync(path.join(tmpdir(), 'darkroom-test-'));
// Postgres runs as another user when the tests run as root, and must reach its folder in here.
chmodSync(temporary, 0o711);
process.env['TMPDIR'] = temporary;

let running: ChildProcess | null = null;
let isStopping = false;

function cleanUp(): void {
  if (running?.pid) signalGroup(running.pid, 'SIGKILL');
  rmSync(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** The tests are asked first: they stop what they started. */
function stop(): void {
  if (isStopping) return;
  isStopping = true;
  console.error('\nStopping the tests');
  if (running?.pid === undefined) {
    cleanUp();
    process.exit(1);
  }
  signalGroup(running.pid, 'SIGINT');
  setTimeout(() => (cleanUp(), process.exit(1)), 10_000).unref();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
process.on('disconnect', stop);

/**
 * workerd tells on its own stderr of every connection that a test breaks on purpose, with a native stack; and the
 * report that vitest names is in a folder that will be gone.
 */
const NOISE = /^(uncaught exception; |e?xception = |e = rust|stack: .*workerd@|JSON report written)/;

function passOn(from: NodeJS.ReadableStream | null, to: NodeJS.WritableStream): void {
  if (!from) return;
  createInterface({ input: from }).on('line', (line) => {
    if (!NOISE.test(line)) to.write(`${line}\n`);
  });
}

function vitest(args: string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const script = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    running = spawn(process.execPath, [script, 'run', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }), ...env },
      detached: true,
    });
    passOn(running.stdout, process.stdout);
    passOn(running.stderr, process.stderr);
    running.once('error', () => resolve(1));
    running.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs some projects and counts from vitest's own report. */
async function runProjects(
  projects: string[],
  args: string[],
  env: Record<string, string>,
): Promise<Totals & { ok: boolean }> {
  const report = path.join(temporary, `${projects[0]}.json`);
  const code = await vitest(
    [
      ...projects.flatMap((project) => ['--project', project]),
      '--silent=passed-only',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ],
    env,
  );
  if (!existsSync(report)) return { passed: 0, failed: 1, ok: false };
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that cannot be loaded has no test that could fail.
  const failed = Math.max(
    Number(numFailedTests),
    Number(numFailedTests) === 0 && numFailedTestSuites > 0 ? 1 : 0,
  );
  return { passed: Number(numPassedTests), failed, ok: code === 0 };
}

async function main(): Promise<number> {
  console.log('Building the console');
  await buildConsole(ROOT, new AbortController().signal);
  const quick = await runProjects(
    QUICK_PROJECTS,
    ['--coverage', `--coverage.reportsDirectory=${path.join(temporary, 'coverage')}`],
    {},
  );
  if (isStopping) return 1;

  const browser: Browser | null = await findBrowser();
  let pages: Totals & { ok: boolean } = { passed: 0, failed: 0, ok: process.env['CI'] === undefined };
  let note = ', browser part not run: no Chrome, Chromium or Edge runs here';
  if (browser) {
    console.log(`Testing in ${browser.origin}`);
    pages = await runProjects(['browser'], [], {
      DARKROOM_BROWSER_PATH: browser.executable,
      DARKROOM_BROWSER_ARGS: JSON.stringify(browser.args),
    });
    note = '';
  }
  if (!quick.ok && quick.failed === 0)
    console.log('The tests pass, but the coverage is below its threshold.');
  console.log(`Tests: ${quick.passed + pages.passed} passed, ${quick.failed + pages.failed} failed${note}`);
  return quick.ok && pages.ok && !isStopping ? 0 : 1;
}

let code = 1;
try {
  code = await main();
} catch (error) {
  console.error(error);
} finally {
  cleanUp();
}
process.exit(code);
