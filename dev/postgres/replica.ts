import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { poll } from '../process/poll.ts';
import { giveTo, makePrivateFolder } from './account.ts';
import { clearLeftoverPostmaster } from './postmaster-file.ts';
import { startServer, type Server, type ServerContext } from './server.ts';
import { withSuperuser } from './session.ts';
import { REPLICA_NAME } from './settings.ts';

const FOLLOW_TIMEOUT_MS = 10_000;
/** Written last; a copy without it was interrupted. */
const COMPLETE_FILE = 'darkroom.copied';
/** Left out of a base backup: contents that belong to the running primary alone. Their folders must exist. */
const EMPTIED = ['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_stat_tmp', 'pg_subtrans', 'pg_notify'];
EMPTIED.push('pg_snapshots', 'pg_serial');
/** What a replica logs when it can never catch up again by itself. */
const CANNOT_FOLLOW = new RegExp(
  [
    'requested WAL segment .* has already been removed',
    'database system identifier differs',
    'replication slot ".*" does not exist',
    'can no longer access replication slot',
    'highest timeline .* of the primary is behind',
    'requested timeline .* is not in this server',
    'requested starting point .* is ahead of the WAL flush position',
    'not a child of database system timeline',
    'does not match its expected',
    'invalid checkpoint record',
    'could not locate a valid checkpoint record',
  ].join('|'),
);

const BackupStop = z.object({ labelfile: z.string(), spcmapfile: z.string().nullable() });

/** True when this path, relative to the data folder, is part of a base backup. */
export function belongsToBackup(relative: string): boolean {
  const [top = '', ...rest] = relative.split(path.sep);
  if (top === 'postmaster.pid' || top === 'postmaster.opts') return false;
  if (relative.includes('pgsql_tmp')) return false;
  return rest.length === 0 || !EMPTIED.includes(top);
}

async function copyPrimary(context: ServerContext, primary: Server, from: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  makePrivateFolder(to, context.account);
  await withSuperuser(primary.port, context.superuserPassword, 'postgres', async (client) => {
    await client.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active',
      [REPLICA_NAME],
    );
    // Reserving WAL at once keeps everything from here on until the replica has it.
    await client.query('select pg_create_physical_replication_slot($1, true)', [REPLICA_NAME]);
    await client.query('select pg_backup_start($1, true)', [REPLICA_NAME]);
    cpSync(from, to, { recursive: true, filter: (source) => belongsToBackup(path.relative(from, source)) });
    const result = await client.query('select labelfile, spcmapfile from pg_backup_stop(false)');
    const backup = BackupStop.parse(result.rows[0]);
    writeFileSync(path.join(to, 'backup_label'), backup.labelfile);
    if (backup.spcmapfile) writeFileSync(path.join(to, 'tablespace_map'), backup.spcmapfile);
  });
  for (const name of ['archive_status', 'summaries'])
    mkdirSync(path.join(to, 'pg_wal', name), { recursive: true });
  writeFileSync(path.join(to, 'standby.signal'), '');
  writeFileSync(path.join(to, COMPLETE_FILE), '');
  giveTo(to, context.account);
  chmodSync(to, 0o700);
}

/**
 * True when the replica streams from the primary, false when it never will or does not in time. The primary is asked:
 * a replica calls itself streaming before it has even connected.
 */
async function isFollowing(context: ServerContext, primary: Server, replica: Server): Promise<boolean> {
  const answer = await poll(async () => {
    const isStreaming = await withSuperuser(
      primary.port,
      context.superuserPassword,
      'postgres',
      async (client) => {
        const result = await client.query(
          "select 1 from pg_stat_replication where application_name = $1 and state = 'streaming'",
          [REPLICA_NAME],
        );
        return result.rowCount === 1;
      },
    );
    if (isStreaming) return true;
    return CANNOT_FOLLOW.test(replica.child.logTail()) ? false : undefined;
  }, FOLLOW_TIMEOUT_MS);
  return answer ?? false;
}

/**
 * Starts the streaming replica and waits until it follows. One that is missing, was copied half, does not start or
 * cannot follow its primary any more is copied from the primary anew. Rejects when even the fresh copy does not follow.
 */
export async function startReplica(
  context: ServerContext,
  primary: Server,
  folders: { primary: string; replica: string },
  nextPort: () => Promise<number>,
  log: (line: string) => void,
): Promise<Server> {
  const upstream = { port: primary.port, password: context.superuserPassword };
  const start = async () =>
    await startServer(context, 'postgres-replica', folders.replica, nextPort, upstream);

  if (existsSync(path.join(folders.replica, COMPLETE_FILE))) {
    try {
      const replica = await start();
      if (await isFollowing(context, primary, replica)) return replica;
      await replica.child.stop();
      log('The replica cannot follow the primary; copying it anew');
    } catch {
      log('The replica does not start; copying it anew');
    }
  }
  if (existsSync(folders.replica)) await clearLeftoverPostmaster(folders.replica);
  await copyPrimary(context, primary, folders.primary, folders.replica);
  const replica = await start();
  if (await isFollowing(context, primary, replica)) return replica;
  const tail = replica.child.logTail();
  await replica.child.stop();
  throw new Error(`The replica does not follow the primary:\n${tail}`);
}
