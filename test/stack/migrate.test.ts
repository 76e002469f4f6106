import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate, migrateDown } from '../../dev/database/migrate.ts';
import { openTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

describe('migrations', { timeout: 20_000 }, () => {
  let database: TestDatabase;
  const directory = mkdtempSync(path.join(tmpdir(), 'darkroom-migrations-'));
  const write = (name: string, text: string) => writeFileSync(path.join(directory, name), text);

  beforeAll(async () => {
    database = await openTestDatabase({ isEmpty: true });
  }, 40_000);
  afterAll(async () => {
    await database?.close();
    rmSync(directory, { recursive: true });
  });

  async function tables(): Promise<string[]> {
    const client = new pg.Client(database.ownerUrl);
    await client.connect();
    const result = await client.query(
      "select tablename from pg_tables where schemaname = 'public' order by 1",
    );
    await client.end();
    return result.rows.map((row) => String(row.tablename));
  }

  it('go up once, even when two processes start at the same time', async () => {
    write('0001_one.sql', 'create table one ();\n-- +down\ndrop table one;\n');
    const both = await Promise.all([
      migrate(database.ownerUrl, { directory }),
      migrate(database.ownerUrl, { directory }),
    ]);
    expect(both.flat()).toEqual(['0001_one.sql']);
    expect(await tables()).toEqual(['one', 'schema_migrations']);
  });

  it('leave nothing of a file that fails, and say where', async () => {
    write('0002_two.sql', 'create table two ();\nselect nonsense;\n');
    await expect(migrate(database.ownerUrl, { directory })).rejects.toThrow(
      /0002_two.sql: .*nonsense.*line 2/,
    );
    expect(await tables()).toEqual(['one', 'schema_migrations']);
    rmSync(path.join(directory, '0002_two.sql'));
  });

  it('refuse a file that was changed', async () => {
    write('0001_one.sql', 'create table other ();\n-- +down\ndrop table one;\n');
    await expect(migrate(database.ownerUrl, { directory })).rejects.toThrow('0001_one.sql was changed');
    write('0001_one.sql', 'create table one ();\n-- +down\ndrop table one;\n');
  });

  it('go down again', async () => {
    expect(await migrateDown(database.ownerUrl, 1, { directory })).toEqual(['0001_one.sql']);
    expect(await tables()).toEqual(['schema_migrations']);
    expect(await migrate(database.ownerUrl, { directory })).toEqual(['0001_one.sql']);
  });
});
