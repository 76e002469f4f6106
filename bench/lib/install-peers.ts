import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runProgram } from '../../dev/process/run-program.ts';
import { ROOT } from './stack.ts';

/** The packages that Darkroom is compared with; they are no part of it and of no other command. */
export const PEERS = path.join(ROOT, 'bench', 'peers');
const STAMP = path.join(PEERS, 'node_modules', '.installed');
const LIMIT_MS = 5 * 60_000;

function wantedStamp(): string {
  return createHash('sha256')
    .update(readFileSync(path.join(PEERS, 'package-lock.json')))
    .digest('hex');
}

/** Installs what the lock file of bench/peers asks for, unless it is there. Rejects with what npm says. */
export async function installPeers(): Promise<void> {
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wantedStamp()) return;
  console.log('Installing the packages to compare with (once)');
  const lines: string[] = [];
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts'];
  const { code, reason } = await runProgram('npm', args, {
    cwd: PEERS,
    env: process.env,
    timeoutMs: LIMIT_MS,
    onLine: (line) => lines.push(line),
  });
  if (code !== 0) throw new Error(`npm ci in bench/peers: ${reason}\n${lines.slice(-10).join('\n')}`);
  writeFileSync(STAMP, wantedStamp());
}
