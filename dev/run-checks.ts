// Runs every quick check and says of each how long it took; the first lines of a failure are shown.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { NODE_FLAGS } from './process/node-flags.mjs';
import { runProgram } from './process/run-program.ts';
import { buildConsole } from './stack/console-build.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** The budget of the Worker's script, compressed, without its WASM codecs. */
const MAX_BUNDLE_KIB = 400;
/** What the sign-in page loads before it is there, compressed. */
const MAX_FIRST_SCRIPT_KB = 120;
const CHECK_LIMIT_MS = 5 * 60_000;

interface Outcome {
  name: string;
  ok: boolean;
  ms: number;
  output: string;
}

/** A program of a package, called by its script's path in there. */
function bin(script: string, ...args: string[]): string[] {
  return [path.join(ROOT, 'node_modules', ...script.split('/')), ...args];
}

async function run(name: string, args: string[]): Promise<Outcome> {
  const started = performance.now();
  const lines: string[] = [];
  const { code, reason } = await runProgram(process.execPath, [...NODE_FLAGS, ...args], {
    cwd: ROOT,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', NO_COLOR: '1' },
    timeoutMs: CHECK_LIMIT_MS,
    onLine: (line) => lines.push(line),
  });
  if (code === null) lines.unshift(reason);
  return { name, ok: code === 0, ms: performance.now() - started, output: lines.join('\n') };
}

async function checkBundle(): Promise<Outcome> {
  const folder = mkdtempSync(path.join(tmpdir(), 'darkroom-bundle-'));
  // Wrangler asks for the assets' folder, though none of them counts here.
  mkdirSync(path.join(ROOT, 'dist', 'console'), { recursive: true });
  try {
    const outcome = await run(
      'bundle',
      bin('wrangler/bin/wrangler.js', 'deploy', '--dry-run', '--env', '', '--outdir', folder),
    );
    if (!outcome.ok) return outcome;
    const scripts = readdirSync(folder).filter((file) => file.endsWith('.js'));
    const bytes = scripts.reduce(
      (sum, file) => sum + gzipSync(readFileSync(path.join(folder, file))).length,
      0,
    );
    const kib = Math.round(bytes / 1024);
    const ok = bytes > 0 && kib <= MAX_BUNDLE_KIB;
    return { ...outcome, name: `bundle (${kib} of ${MAX_BUNDLE_KIB} KiB)`, ok, output: '' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Adds up the scripts that the console's page names: what other screens need comes later. */
async function checkConsole(): Promise<Outcome> {
  const started = performance.now();
  const outcome = (name: string, ok: boolean, output: string): Outcome => ({
    name,
    ok,
    ms: performance.now() - started,
    output,
  });
  try {
    await buildConsole(ROOT);
  } catch (error) {
    return outcome('console', false, String(error));
  }
  const folder = path.join(ROOT, 'dist', 'console');
  const page = readFileSync(path.join(folder, 'index.html'), 'utf8');
  const scripts = [...page.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map(([, file = '']) => file);
  const bytes = scripts.reduce(
    (sum, file) => sum + gzipSync(readFileSync(path.join(folder, file))).length,
    0,
  );
  const kb = Math.round(bytes / 1000);
  const ok = bytes > 0 && kb <= MAX_FIRST_SCRIPT_KB;
  return outcome(`console's first script (${kb} of ${MAX_FIRST_SCRIPT_KB} kB)`, ok, '');
}

const tsc = (project: string) => run(`types ${project}`, bin('typescript/bin/tsc', '-p', project));

// Three at a time at the most: they share two cores with whatever else runs.
const groups: (() => Promise<Outcome>)[][] = [
  [
    () => run('format', bin('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')),
    () => run('lint', bin('oxlint/bin/oxlint')),
    () => run('openapi', [path.join(ROOT, 'dev', 'openapi.ts'), '--check']),
  ],
  [() => tsc('tsconfig.json'), () => tsc('dev/tsconfig.json'), () => tsc('bench/tsconfig.json')],
  [() => tsc('console/tsconfig.json'), () => tsc('test/tsconfig.json'), () => tsc('test/e2e/tsconfig.json')],
  [() => run('dead code', bin('knip/bin/knip.js', '--no-progress')), checkBundle, checkConsole],
];

let failures = 0;
for (const group of groups) {
  for (const { name, ok, ms, output } of await Promise.all(group.map((check) => check()))) {
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${(ms / 1000).toFixed(1)} s)`);
    if (ok) continue;
    failures++;
    console.log(output.trimEnd().split('\n').slice(0, 60).join('\n'));
  }
}
process.exitCode = failures === 0 ? 0 : 1;
