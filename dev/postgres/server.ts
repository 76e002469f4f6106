import { execFile } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { startChild, type Child } from '../process/child.ts';
import { poll } from '../process/poll.ts';
import { makePrivateFolder, type ServerAccount } from './account.ts';
import type { Binaries } from './binaries.ts';
import { clearLeftoverPostmaster, readPostmasterFile } from './postmaster-file.ts';
import { renderSettings, SETTINGS_FILE, SUPERUSER, type UpstreamPrimary } from './settings.ts';

const READY_TIMEOUT_MS = 30_000;
/** Backends of a killed server need a moment to notice; until then its shared memory counts as in use. */
const SHARED_MEMORY_TIMEOUT_MS = 10_000;
const SHARED_MEMORY_BUSY = /shared memory block .* is still in use|lock file ".*" already exists/;
const PORT_BUSY = /Address already in use/;
const PORT_TRIES = 5;

/** What both servers of a stack have in common. */
export interface ServerContext {
  dataDir: string;
  binaries: Binaries;
  account: ServerAccount | null;
  superuserPassword: string;
  /** Deleted by the guards when the supervisor was killed; for temporary databases. */
  removeWhenOrphaned?: string;
}

export interface Server {
  child: Child;
  port: number;
}

// The locale keeps the messages in English, which the checks above rely on.
const ENVIRONMENT = { LC_ALL: 'C', LC_MESSAGES: 'C', LANG: 'C', TZ: 'UTC', HOME: '/', PGDATA: '' };

/** Creates the primary's data folder unless it is there. A folder that was left half made is made again. */
export async function initialisePrimary(context: ServerContext, folder: string): Promise<boolean> {
  const complete = path.join(folder, SETTINGS_FILE);
  if (existsSync(path.join(folder, 'PG_VERSION')) && existsSync(complete)) return false;
  rmSync(folder, { recursive: true, force: true });
  makePrivateFolder(folder, context.account);
  const passwordFile = `${folder}.password`;
  writeFileSync(passwordFile, `${context.superuserPassword}\n`, { mode: 0o600 });
  if (context.account !== null) chownSync(passwordFile, context.account.uid, context.account.gid);
  try {
    const args = ['-D', folder, '-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    args.push('--no-sync', '--encoding=UTF8', '--locale=C', '--no-instructions');
    await promisify(execFile)(context.binaries.initdb, args, {
      ...context.account,
      cwd: folder,
      env: { ...process.env, ...ENVIRONMENT },
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  appendFileSync(path.join(folder, 'pg_hba.conf'), 'host replication all 127.0.0.1/32 scram-sha-256\n');
  appendFileSync(path.join(folder, 'postgresql.conf'), `include_if_exists = '${SETTINGS_FILE}'\n`);
  return true;
}

async function launch(
  context: ServerContext,
  name: string,
  folder: string,
  port: number,
  upstream: UpstreamPrimary | null,
): Promise<Child | string> {
  await clearLeftoverPostmaster(folder);
  const settingsFile = path.join(folder, SETTINGS_FILE);
  writeFileSync(settingsFile, renderSettings(port, upstream), { mode: 0o600 });
  if (context.account !== null) chownSync(settingsFile, context.account.uid, context.account.gid);
  const child = await startChild(context.dataDir, {
    name,
    command: context.binaries.postgres,
    args: ['-D', folder],
    cwd: folder,
    env: ENVIRONMENT,
    // SIGINT is Postgres's fast shutdown: sessions are closed, the data is left clean. SIGQUIT writes nothing more.
    stopSignal: context.removeWhenOrphaned === undefined ? 'SIGINT' : 'SIGQUIT',
    graceMs: 8_000,
    ...context.account,
    ...(context.removeWhenOrphaned === undefined ? {} : { removeWhenOrphaned: context.removeWhenOrphaned }),
  });
  let hasExited = false;
  void child.exited.then(() => (hasExited = true));
  const outcome = await poll(() => {
    if (hasExited) return 'exited';
    const file = readPostmasterFile(folder);
    return file?.pid === child.identity.pid && file.status === 'ready' ? 'ready' : undefined;
  }, READY_TIMEOUT_MS);
  if (outcome === 'ready') return child;
  const tail = child.logTail();
  await child.stop();
  return outcome === 'exited' ? tail : `not ready after ${READY_TIMEOUT_MS / 1_000} s\n${tail}`;
}

/**
 * Starts one server and waits until it takes connections. `nextPort` is asked again when somebody else took the
 * port in between. Rejects with the end of the server's log when it does not come up.
 */
export async function startServer(
  context: ServerContext,
  name: string,
  folder: string,
  nextPort: () => Promise<number>,
  upstream: UpstreamPrimary | null,
): Promise<Server> {
  const end = performance.now() + SHARED_MEMORY_TIMEOUT_MS;
  for (let portTries = 1; ;) {
    const port = await nextPort();
    const result = await launch(context, name, folder, port, upstream);
    if (typeof result !== 'string') return { child: result, port };
    if (PORT_BUSY.test(result) && portTries++ < PORT_TRIES) continue;
    if (SHARED_MEMORY_BUSY.test(result) && performance.now() < end) continue;
    throw new Error(`${name} does not start:\n${result}`);
  }
}
