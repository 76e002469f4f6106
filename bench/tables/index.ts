import { writeFileSync } from 'node:fs';
import { currentPage, PAGE } from './write-page.ts';

/** Makes the tables of docs/performance.md anew from bench/results, without measuring anything. */
export async function run(): Promise<number> {
  writeFileSync(PAGE, await currentPage());
  return 0;
}
