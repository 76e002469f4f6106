import { fork } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { chooseAccount } from '../../dev/postgres/account.ts';
import { chooseLocation, removeDatabase } from '../../dev/postgres/location.ts';
import { startDatabase, type Database } from '../../dev/postgres/index.ts';
import { poll } from '../../dev/process/poll.ts';
import { isRunning, signalGroup } from '../../dev/process/process-group.mjs';

const Identity = z.object({ pid: z.number(), startTime: z.string() });
const Started = z.object({ dataDir: z.string(), primary: Identity, replica: Identity });

async function run(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

async function expectReplicated(database: Database, table: string): Promise<void> {
  const seen = await poll(async () => {
    const result = await run(
      database.roleUrl('darkroom_owner', 'replica'),
      `select to_regclass('${table}') as name`,
    );
    return result.rows[0].name === null ? undefined : true;
  }, 5_000);
  expect(seen).toBe(true);
}

describe('the embedded database', { timeout: 40_000 }, () => {
  let dataDir: string;
  let running: Database | undefined;
  const start = async () => (running = await startDatabase({ dataDir, ephemeral: false }));

  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-database-'));
    // Within reach of the user that Postgres runs as when the tests run as root.
    chmodSync(dataDir, 0o711);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    removeDatabase(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('replicates from primary to replica, which refuses writes', async () => {
    const database = await start();
    await run(database.ownerUrl, 'create table replicated ()');
    await expectReplicated(database, 'replicated');
    const write = run(database.roleUrl('darkroom_owner', 'replica'), 'create table refused ()');
    await expect(write).rejects.toMatchObject({ code: '25006' });
  });

  it('gives the Worker roles that own nothing and bypass no policy', async () => {
    const database = await start();
    const sql =
      "select rolsuper or rolbypassrls or rolcreaterole as power from pg_roles where rolname like 'darkroom%'";
    const result = await run(database.ownerUrl, sql);
    expect(result.rows).toEqual([{ power: false }, { power: false }, { power: false }]);
    const create = run(database.roleUrl('darkroom_app', 'primary'), 'create table mine ()');
    await expect(create).rejects.toMatchObject({ code: '42501' });
  });

  it('keeps its data when everything is killed, and stops a server that was left', async () => {
    const database = await start();
    await run(database.ownerUrl, 'create table kept ()');
    const { primary, replica } = database.children;
    signalGroup(primary.identity.pid, 'SIGKILL');
    signalGroup(replica.identity.pid, 'SIGKILL');
    await Promise.all([primary.exited, replica.exited]);
    const again = await start();
    await expectReplicated(again, 'kept');
    const third = await start();
    expect(isRunning(again.children.primary.identity)).toBe(false);
    await expectReplicated(third, 'kept');
  });

  it('rebuilds a replica that cannot follow any more', async () => {
    const database = await start();
    await database.stop();
    const folder = chooseLocation(dataDir, chooseAccount());
    rmSync(path.join(folder, 'primary', 'pg_replslot', 'darkroom_replica'), { recursive: true });
    const repaired = await start();
    await run(repaired.ownerUrl, 'create table after_repair ()');
    await expectReplicated(repaired, 'after_repair');
  });

  it('is gone, with its folder, soon after its process is killed', async () => {
    const parent = fork(path.join(import.meta.dirname, 'guard-parent.ts'), { execArgv: [] });
    const message = await new Promise((resolve) => parent.once('message', resolve));
    const { primary, replica, dataDir: folder } = Started.parse(message);
    expect([isRunning(primary), isRunning(replica), existsSync(folder)]).toEqual([true, true, true]);
    parent.kill('SIGKILL');
    const isGone = () => (isRunning(primary) || isRunning(replica) || existsSync(folder) ? undefined : true);
    expect(await poll(isGone, 8_000)).toBe(true);
  });
});
