import path from 'node:path';
import { runProgram } from '../../dev/process/run-program.ts';

const LIMIT_MS = 120_000;

export interface WranglerRun {
  root: string;
  /** Holds wrangler's own logs. */
  dataDir: string;
  signal: AbortSignal;
}

/** Runs one wrangler command that needs no account, with nothing sent anywhere. Rejects with what it printed. */
export async function runWrangler(args: string[], { root, dataDir, signal }: WranglerRun): Promise<void> {
  const lines: string[] = [];
  const wrangler = path.join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
  const { code, reason } = await runProgram(process.execPath, [wrangler, ...args], {
    cwd: root,
    env: {
      ...process.env,
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_SEND_ERROR_REPORTS: 'false',
      // The banner is what asks the registry for a newer version.
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_LOG_PATH: path.join(dataDir, 'wrangler', 'logs'),
      NO_COLOR: '1',
    },
    timeoutMs: LIMIT_MS,
    isOver: () => signal.aborted,
    onLine: (line) => lines.push(line),
  });
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`wrangler ${args[0]}: ${reason}\n${lines.join('\n')}`);
}
