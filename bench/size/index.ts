import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { plainTable } from '../lib/measured.ts';
import { readNumbers } from '../lib/numbers.ts';
import { runWrangler, type WranglerRun } from '../lib/run-wrangler.ts';
import { ROOT } from '../lib/stack.ts';
import { keepResult } from '../tables/write-page.ts';
import { type SizeFigures, sizeCells } from './figures.ts';
import { measureStartUps } from './start-up.ts';

const WHOLE = { starts: 9 };
const SCRIPT_GZIP_LIMIT_KIB = 400;
const START_UP_LIMIT_MS = 50;

/**
 * How large the bundle is that `wrangler deploy` uploads, with and without the codecs, and what it takes to start.
 * Arguments: `--starts`. Ends with 1 when the script is larger than it may be; the time is for people to judge.
 */
export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { starts } = readNumbers(args, WHOLE);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-bench-size-'));
  try {
    const figures = await measure({ root: ROOT, dataDir, signal }, starts);
    const { head, rows } = sizeCells(figures);
    console.log(plainTable(head, rows));
    if (figures.scriptGzipKiB > SCRIPT_GZIP_LIMIT_KIB) {
      console.error('The script is larger than it may be.');
      return 1;
    }
    if (starts === WHOLE.starts) await keepResult('size', figures);
    return 0;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(run: WranglerRun, starts: number): Promise<SizeFigures> {
  // Wrangler asks for the folder of the console, whose files are no part of the Worker.
  mkdirSync(path.join(ROOT, 'dist', 'console'), { recursive: true });
  const whole = await makeBundle(run, 'whole', path.join(ROOT, 'wrangler.toml'));
  const empty = await makeBundle(run, 'empty', writeEmptyWorker(run.dataDir));
  const files = readdirSync(whole.folder);
  const sum = (extension: string, sizeOf: (bytes: Buffer) => number) =>
    files
      .filter((file) => file.endsWith(extension))
      .reduce((bytes, file) => bytes + sizeOf(readFileSync(path.join(whole.folder, file))), 0) / 1024;
  const plain = (bytes: Buffer) => bytes.length;
  const compressed = (bytes: Buffer) => gzipSync(bytes).length;
  const [startUp, emptyStartUp] = await measureStartUps([whole.outfile, empty.outfile], starts, run);
  const round = (value: number) => Number(value.toFixed(1));
  return {
    scriptKiB: round(sum('.js', plain)),
    scriptGzipKiB: round(sum('.js', compressed)),
    wasmKiB: round(sum('.wasm', plain)),
    wasmGzipKiB: round(sum('.wasm', compressed)),
    scriptGzipLimitKiB: SCRIPT_GZIP_LIMIT_KIB,
    startUpCpuMs: round(startUp?.median ?? 0),
    leastStartUpCpuMs: round(startUp?.least ?? 0),
    emptyStartUpCpuMs: round(emptyStartUp?.median ?? 0),
    startUpLimitMs: START_UP_LIMIT_MS,
    starts,
  };
}

/** What would be uploaded: its files in `folder`, and all in one in `outfile`. */
async function makeBundle(
  run: WranglerRun,
  name: string,
  config: string,
): Promise<{ folder: string; outfile: string }> {
  const folder = path.join(run.dataDir, name);
  const outfile = path.join(run.dataDir, `${name}.bundle`);
  const args = [
    'deploy',
    '--dry-run',
    '--config',
    config,
    '--env',
    '',
    '--outdir',
    folder,
    '--outfile',
    outfile,
  ];
  await runWrangler(args, run);
  return { folder, outfile };
}

/** Returns the file of its configuration. */
function writeEmptyWorker(dataDir: string): string {
  const folder = path.join(dataDir, 'empty-worker');
  const config = path.join(folder, 'wrangler.toml');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'index.js'), `export default { fetch: () => new Response('hello') };\n`);
  writeFileSync(config, `name = "empty"\nmain = "index.js"\ncompatibility_date = "2026-10-20"\n`);
  return config;
}
