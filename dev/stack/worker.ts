import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startChild, type Child } from '../process/child.ts';
import { pickAnyPort } from '../process/free-port.ts';
import { poll } from '../process/poll.ts';

const READY_TIMEOUT_MS = 90_000;
const PROBE_TIMEOUT_MS = 5_000;
const CRON_TIMEOUT_MS = 55_000;

export interface WorkerOptions {
  root: string;
  dataDir: string;
  port: number;
  /** The Worker's variables. */
  variables: Record<string, string>;
  /** Ends the start, and the child with it. */
  signal: AbortSignal;
}

/** Renders variables as an env file. Throws for a value that the file cannot carry. */
export function renderEnvFile(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (/['\n\r]/.test(value)) throw new Error(`The variable ${name} holds a quote or a line break.`);
      return `${name}='${value}'\n`;
    })
    .join('');
}

async function probe(url: string): Promise<{ status: number; body: string } | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    return { status: response.status, body: await response.text() };
  } catch {
    return null;
  }
}

/**
 * Starts the Worker under `wrangler dev`, with its state in the data folder and nothing sent anywhere, and waits until
 * `/health/ready` says that it serves. Rejects with the last answer or the end of the log; the child is stopped then.
 */
export async function startWorker(options: WorkerOptions): Promise<Child> {
  const { root, dataDir, port } = options;
  const envFile = path.join(dataDir, 'worker.env');
  writeFileSync(envFile, renderEnvFile(options.variables), { mode: 0o600 });
  chmodSync(envFile, 0o600);
  const child = await startChild(dataDir, {
    name: 'worker',
    command: process.execPath,
    args: [
      path.join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js'),
      'dev',
      ...['--config', path.join(root, 'wrangler.toml')],
      ...['--ip', '127.0.0.1', '--port', String(port)],
      ...['--inspector-ip', '127.0.0.1', '--inspector-port', String(await pickAnyPort())],
      ...['--persist-to', path.join(dataDir, 'worker')],
      // Given by name, so that a .dev.vars in the tree is left out.
      ...['--env-file', envFile],
      ...['--local-protocol', 'http', '--show-interactive-dev-session=false'],
    ],
    cwd: root,
    env: {
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_SEND_ERROR_REPORTS: 'false',
      // The banner is what asks the registry for a newer version.
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_LOG_PATH: path.join(dataDir, 'wrangler', 'logs'),
      WRANGLER_REGISTRY_PATH: path.join(dataDir, 'wrangler', 'registry'),
      WRANGLER_CACHE_DIR: path.join(dataDir, 'wrangler', 'cache'),
      // Browser tooling of wrangler that would serve all stored data to any page on this machine.
      X_LOCAL_EXPLORER: 'false',
      // What that would show: every call, written to a database, took a third of the Worker's time.
      X_LOCAL_OBSERVABILITY: 'false',
      CI: 'true',
      NO_COLOR: '1',
      FORCE_COLOR: '0',
    },
    graceMs: 5_000,
  });
  let exit: string | undefined;
  void child.exited.then(({ reason }) => (exit = reason));
  let last: { status: number; body: string } | null = null;
  const outcome = await poll(
    async () => {
      if (exit !== undefined || options.signal.aborted) return 'ended';
      last = (await probe(`http://127.0.0.1:${port}/health/ready`)) ?? last;
      return last && isServing(last) ? 'ready' : undefined;
    },
    READY_TIMEOUT_MS,
    100,
  );
  if (outcome === 'ready') return child;
  const tail = child.logTail();
  await child.stop();
  options.signal.throwIfAborted();
  const why = exit ?? `it is not ready after ${READY_TIMEOUT_MS / 1_000} s; ${describeProbe(last)}`;
  throw new Error(`${why}\n${tail}`);
}

/** It also serves while it says that traffic is to be sent elsewhere, which an earlier run may have been told. */
function isServing({ status, body }: { status: number; body: string }): boolean {
  return status === 200 || (status === 503 && body.includes('"code":"draining"'));
}

function describeProbe(last: { status: number; body: string } | null): string {
  return last === null
    ? '/health/ready does not answer'
    : `/health/ready answers ${last.status}: ${last.body}`;
}

/**
 * Runs the Worker's scheduled handler for one cron expression, under `wrangler dev` and on Miniflare alone. A failure shows
 * in the Worker's own log.
 */
export async function fireCron(workerUrl: string, expression: string): Promise<void> {
  const url = new URL(`/cdn-cgi/local/scheduled?cron=${encodeURIComponent(expression)}`, workerUrl);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(CRON_TIMEOUT_MS) });
    await response.arrayBuffer();
  } catch {
    // The Worker is being stopped, or the task takes longer than a minute.
  }
}
