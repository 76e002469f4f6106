import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Child } from '../process/child.ts';
import { findFreePort, pickAnyPort } from '../process/free-port.ts';
import { loadSecrets } from '../process/secrets.ts';
import { FIRST_PORTS } from '../stack/first-ports.mjs';
import { chooseAccount } from './account.ts';
import { prepareBinaries } from './binaries.ts';
import { chooseLocation, makeLocation, makeTemporaryFolder, removeDatabase } from './location.ts';
import { startReplica } from './replica.ts';
import { createRoles, DATABASE, ROLES, type Role } from './roles.ts';
import { initialisePrimary, startServer, type ServerContext } from './server.ts';
import { SUPERUSER } from './settings.ts';

export type { Role } from './roles.ts';

export interface DatabaseOptions {
  /** Where the data, logs and secrets of a permanent database live; not used by a temporary one. */
  dataDir?: string;
  /** True for a database in a temporary folder, which `stop` and even a `kill -9` of this process remove. */
  ephemeral: boolean;
  /** Deletes the data first. */
  fresh?: boolean;
  log?: (line: string) => void;
}

export interface Database {
  primary: { port: number };
  replica: { port: number };
  /** The folder with `logs/` and `secrets.json`. */
  dataDir: string;
  /** Connects to the primary as the role that runs migrations. */
  ownerUrl: string;
  passwords: Record<Role, string>;
  urlFor(role: string, password: string, which: 'primary' | 'replica'): string;
  /** Connects as a Darkroom role with its own password. */
  roleUrl(role: Role, which: 'primary' | 'replica'): string;
  /** For tests and operators only: connects as the superuser. */
  superuserUrl(which: 'primary' | 'replica'): string;
  /** The two servers, for a supervisor that watches over them. */
  children: { primary: Child; replica: Child };
  stop(): Promise<void>;
}

/**
 * Starts a Postgres primary and a streaming replica that follows it, with the database `darkroom` and its roles.
 * Only one process may do so for a permanent data folder at a time; the caller holds its lock. Rejects with the end
 * of the server's log; whatever was started is stopped before that.
 */
export async function startDatabase(options: DatabaseOptions): Promise<Database> {
  const log = options.log ?? (() => {});
  const account = chooseAccount();
  const dataDir = options.ephemeral ? makeTemporaryFolder() : path.resolve(options.dataDir ?? '.darkroom');
  const removeTemporary = () => {
    if (options.ephemeral) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  const started: Child[] = [];
  const stop = async () => {
    for (const child of started.toReversed()) await child.stop();
    removeTemporary();
  };
  try {
    if (options.fresh === true && !options.ephemeral) removeDatabase(dataDir);
    const secrets = loadSecrets(dataDir, [SUPERUSER, ...ROLES]);
    const location = chooseLocation(dataDir, account);
    makeLocation(location);
    const context: ServerContext = {
      dataDir,
      account,
      binaries: prepareBinaries(location, account),
      superuserPassword: secrets[SUPERUSER],
      ...(options.ephemeral ? { removeWhenOrphaned: dataDir } : {}),
    };
    const folders = { primary: path.join(location, 'primary'), replica: path.join(location, 'replica') };
    const nextPort = (which: 'primary' | 'replica') => async () =>
      options.ephemeral ? await pickAnyPort() : await findFreePort(FIRST_PORTS[which]);

    if (await initialisePrimary(context, folders.primary)) log('Created the database');
    const primary = await startServer(
      context,
      'postgres-primary',
      folders.primary,
      nextPort('primary'),
      null,
    );
    started.push(primary.child);
    await createRoles(primary.port, secrets[SUPERUSER], secrets);
    const replica = await startReplica(context, primary, folders, nextPort('replica'), log);
    started.push(replica.child);

    const ports = { primary: primary.port, replica: replica.port };
    const urlFor: Database['urlFor'] = (role, password, which) =>
      `postgres://${encodeURIComponent(role)}:${encodeURIComponent(password)}@127.0.0.1:${ports[which]}/${DATABASE}`;
    return {
      primary: { port: ports.primary },
      replica: { port: ports.replica },
      dataDir,
      ownerUrl: urlFor('darkroom_owner', secrets.darkroom_owner, 'primary'),
      passwords: secrets,
      urlFor,
      roleUrl: (role, which) => urlFor(role, secrets[role], which),
      superuserUrl: (which) => urlFor(SUPERUSER, secrets[SUPERUSER], which),
      children: { primary: primary.child, replica: replica.child },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
