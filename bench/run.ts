// Runs one benchmark by its name. Figures are compared within one run, on one machine; nothing here is asserted.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';

/** What the index.ts of a benchmark's folder exports. */
const Benchmark = z.object({
  /** Runs it with the arguments behind its name; resolves with the exit code. */
  run: z.custom<(args: string[], signal: AbortSignal) => Promise<number>>(
    (value) => typeof value === 'function',
  ),
});

const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .map(({ name }) => name)
  .filter((name) => existsSync(path.join(import.meta.dirname, name, 'index.ts')));

/** Ends a benchmark in order: what it started is stopped before this process goes. */
function interruption(): AbortSignal {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => abort.abort(new Error('interrupted')));
  process.on('disconnect', () => abort.abort(new Error('interrupted')));
  return abort.signal;
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || !names.includes(name)) {
    console.error(`Usage: npm run bench -- <name>, where the name is one of: ${names.join(', ')}`);
    return 2;
  }
  const file = path.join(import.meta.dirname, name, 'index.ts');
  const { run } = Benchmark.parse({ ...(await import(pathToFileURL(file).href)) });
  return await run(args, interruption());
}

process.exit(await main(process.argv.slice(2)));
