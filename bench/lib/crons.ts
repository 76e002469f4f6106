import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readCrons, startCron } from '../../dev/stack/cron.ts';
import { fireCron } from '../../dev/stack/worker.ts';
import { ROOT } from './stack.ts';

/** Fires the Worker's cron expressions when they are due, as `npm start` does. Returns a function that ends it. */
export function startCrons(workerUrl: string): () => void {
  const crons = readCrons(readFileSync(path.join(ROOT, 'wrangler.toml'), 'utf8'));
  return startCron(crons, (expression) => void fireCron(workerUrl, expression));
}
