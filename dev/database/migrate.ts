import path from 'node:path';
import pg from 'pg';
import * as z from 'zod';
import { readMigrations, type Migration } from './migration-file.ts';
import { planMigrations, type AppliedMigration } from './migration-plan.ts';

const DEFAULT_DIRECTORY = path.resolve(import.meta.dirname, '../../migrations');
/** Any fixed number; whoever migrates this database at the same time uses the same. */
const ADVISORY_LOCK = 7_316_942_001;

const Applied = z.array(z.object({ version: z.number().int(), name: z.string(), sha256: z.string() }));

export interface MigrateOptions {
  /** Default: `migrations/` of the repository. */
  directory?: string;
  log?: (line: string) => void;
}

async function withLockedDatabase<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {
    // A connection that breaks fails the query that runs on it.
  });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query(`create table if not exists public.schema_migrations (
      version integer primary key,
      name text not null,
      sha256 text not null,
      applied_at timestamptz not null default now()
    )`);
    return await work(client);
  } finally {
    // The lock belongs to the session and ends with it.
    await client.end();
  }
}

async function readApplied(client: pg.Client): Promise<AppliedMigration[]> {
  const result = await client.query(
    'select version, name, sha256 from public.schema_migrations order by version',
  );
  return Applied.parse(result.rows);
}

async function runInTransaction(
  client: pg.Client,
  migration: Migration,
  sql: string,
  record: () => Promise<unknown>,
): Promise<void> {
  await client.query('begin');
  try {
    if (sql !== '') await client.query(sql);
    await record();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`${migration.fileName}: ${describe(error, sql)}`, { cause: error });
  }
}

function describe(error: unknown, sql: string): string {
  if (!(error instanceof pg.DatabaseError)) return String(error);
  const position = Number(error.position);
  const place = position > 0 ? ` (line ${sql.slice(0, position).split('\n').length})` : '';
  return `${error.message}${place}${error.detail === undefined ? '' : `; ${error.detail}`}`;
}

/**
 * Applies every migration that the database lacks, each in one transaction, and returns their file names. Only one
 * process migrates a database at a time. Rejects, with the file and line, when a statement fails, and when a file
 * that was applied has changed; what was applied before stays.
 */
export async function migrate(ownerUrl: string, options: MigrateOptions = {}): Promise<string[]> {
  const files = readMigrations(options.directory ?? DEFAULT_DIRECTORY);
  return await withLockedDatabase(ownerUrl, async (client) => {
    const pending = planMigrations(files, await readApplied(client));
    for (const migration of pending) {
      const { version, name, sha256 } = migration;
      await runInTransaction(client, migration, migration.up, () =>
        client.query('insert into public.schema_migrations (version, name, sha256) values ($1, $2, $3)', [
          version,
          name,
          sha256,
        ]),
      );
      options.log?.(`Applied ${migration.fileName}`);
    }
    return pending.map((migration) => migration.fileName);
  });
}

/** Undoes the newest `steps` migrations and returns their file names. Rejects when one of them has no `-- +down`. */
export async function migrateDown(
  ownerUrl: string,
  steps = 1,
  options: MigrateOptions = {},
): Promise<string[]> {
  const files = readMigrations(options.directory ?? DEFAULT_DIRECTORY);
  return await withLockedDatabase(ownerUrl, async (client) => {
    const applied = await readApplied(client);
    planMigrations(files, applied);
    const versions = applied.slice(-steps).map((record) => record.version);
    const undone = files.filter((file) => versions.includes(file.version)).toReversed();
    for (const migration of undone) {
      if (migration.down === null)
        throw new Error(`${migration.fileName} cannot be undone: it has no "-- +down".`);
      await runInTransaction(client, migration, migration.down, () =>
        client.query('delete from public.schema_migrations where version = $1', [migration.version]),
      );
      options.log?.(`Undid ${migration.fileName}`);
    }
    return undone.map((migration) => migration.fileName);
  });
}

/** The command line: `DATABASE_OWNER_URL=... node dev/database/migrate.ts [up | down [steps]]`. */
async function main([verb = 'up', steps = '1']: string[]): Promise<number> {
  const ownerUrl = process.env['DATABASE_OWNER_URL'];
  if (ownerUrl === undefined || !['up', 'down'].includes(verb) || !/^[1-9]\d*$/.test(steps)) {
    console.error(
      `Usage: DATABASE_OWNER_URL=postgres://... node ${path.relative('', import.meta.filename)} [up | down [steps]]`,
    );
    return 2;
  }
  const options = { log: (line: string) => console.log(line) };
  try {
    const names =
      verb === 'up' ? await migrate(ownerUrl, options) : await migrateDown(ownerUrl, Number(steps), options);
    if (names.length === 0) console.log('Nothing to do');
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
