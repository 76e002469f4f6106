import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describeMachine } from '../lib/machine.ts';
import { renderPage } from './blocks.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
export const PAGE = path.join(ROOT, 'docs', 'performance.md');
const fileOf = (name: string) => path.join(ROOT, 'bench', 'results', `${name}.json`);

/** What docs/performance.md says with what is in bench/results. */
export async function currentPage(): Promise<string> {
  const page = renderPage(readFileSync(PAGE, 'utf8'), (name) =>
    existsSync(fileOf(name)) ? readFileSync(fileOf(name), 'utf8') : null,
  );
  return await format(page, { ...(await resolveConfig(PAGE)), filepath: PAGE });
}

/** Keeps the figures of a whole run, with the machine and the time, and brings docs/performance.md up to date. */
export async function keepResult(name: string, figures: object): Promise<void> {
  const file = fileOf(name);
  mkdirSync(path.dirname(file), { recursive: true });
  const kept = { machine: describeMachine(), measuredAt: new Date().toISOString(), ...figures };
  writeFileSync(file, await format(JSON.stringify(kept), { ...(await resolveConfig(file)), filepath: file }));
  writeFileSync(PAGE, await currentPage());
  console.log(`Written to ${path.relative(ROOT, file)} and ${path.relative(ROOT, PAGE)}`);
}
