import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { poll } from '../../dev/process/poll.ts';
import { placePhotographs } from './sample-photographs.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 150_000;
const STOP_TIMEOUT_MS = 30_000;
/**
 * Away from the port a person's own `npm start` takes; a busy one is moved past. Each worker of the tests has its own:
 * wrangler needs seconds to listen on a port that was held for it until then.
 */
const PORT = 18_787 + 20 * Number(process.env['VITEST_POOL_ID'] ?? 0);

export interface ReadyFile {
  consoleUrl: string;
  apiUrl: string;
  sampleSiteUrl: string;
  demo: { email: string; password: string };
  redisEngine: string;
  shared: { url: string; fingerprint: string; certificatePath: string } | null;
}

export interface RunningStack {
  ready: ReadyFile;
  /** Everything `npm start` printed. */
  output(): string;
  signInLink: string;
  dataDir: string;
  readyPath: string;
  /** SIGTERM, as a supervisor of one's own would send; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** What `npm start` runs, with data of its own and further arguments, until `/health/ready` has answered. */
export async function startStack(more: string[] = []): Promise<RunningStack> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-e2e-'));
  // Run as root, Postgres is another user: what it could not reach in here would be put elsewhere, and be left there.
  chmodSync(dataDir, 0o711);
  await placePhotographs(path.join(dataDir, 'site'));
  const readyPath = path.join(dataDir, 'ready.json');
  let output = '';
  const child: ChildProcess = spawn(
    process.execPath,
    [path.join(ROOT, 'dev', 'start.mjs'), '--data', dataDir, '--port', String(PORT), ...more],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit');

  async function stop(): Promise<number | null> {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(killer);
    return child.exitCode;
  }
  const readFile = (): ReadyFile | undefined => {
    try {
      return JSON.parse(readFileSync(readyPath, 'utf8'));
    } catch {
      return undefined;
    }
  };
  const ready = await poll(
    () =>
      child.exitCode === null ? (readFile() && output.includes('Ctrl-C') ? readFile() : undefined) : false,
    START_TIMEOUT_MS,
  );
  if (!ready) {
    await stop();
    rmSync(dataDir, { recursive: true, force: true });
    throw new Error(`npm start did not become ready:\n${output}`);
  }
  return {
    ready,
    output: () => output,
    signInLink: /http\S+#link=\S+/.exec(output)?.[0] ?? '',
    dataDir,
    readyPath,
    stop,
  };
}
