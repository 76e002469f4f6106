import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const SCRIPT = path.resolve(import.meta.dirname, '../../dev/doctor.mjs');

export interface Diagnosis {
  code: number | null;
  output: string;
  /** The names of the checks that found a problem; empty unless JSON was asked for. */
  problems: string[];
  find(name: string): { name: string; state: string; message: string; mend?: string } | undefined;
}

/** What `npm run doctor` says about a data folder, as JSON unless other arguments are given. */
export async function askDoctor(
  dataDir: string,
  args: string[] = ['--json'],
  script = SCRIPT,
): Promise<Diagnosis> {
  const child = spawn(process.execPath, [script, '--data', dataDir, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  const checks: { name: string; state: string; message: string }[] = output.startsWith('{')
    ? JSON.parse(output).checks
    : [];
  return {
    code,
    output,
    problems: checks.filter(({ state }) => state === 'problem').map(({ name }) => name),
    find: (name) => checks.find((check) => check.name === name),
  };
}
