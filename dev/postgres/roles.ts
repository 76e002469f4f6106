import pg from 'pg';
import { withSuperuser } from './session.ts';

export const DATABASE = 'darkroom';

/** The owner runs migrations; the Worker connects as the other two, which own nothing and obey every policy. */
export const ROLES = ['darkroom_owner', 'darkroom_app', 'darkroom_service'] as const;
export type Role = (typeof ROLES)[number];

/** Creates the roles and the database, or brings their passwords and attributes up to date. Safe to repeat. */
export async function createRoles(
  port: number,
  superuserPassword: string,
  passwords: Record<Role, string>,
): Promise<void> {
  await withSuperuser(port, superuserPassword, 'postgres', async (client) => {
    const existing = await client.query<{ rolname: string }>(
      'select rolname from pg_roles where rolname = any($1)',
      [[...ROLES]],
    );
    const names = new Set(existing.rows.map((row) => row.rolname));
    for (const role of ROLES) {
      const verb = names.has(role) ? 'alter' : 'create';
      await client.query(
        `${verb} role ${role} login nosuperuser nobypassrls nocreatedb nocreaterole noreplication
         password ${pg.escapeLiteral(passwords[role])}`,
      );
    }
    const databases = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (databases.rowCount === 0) await client.query(`create database ${DATABASE} owner darkroom_owner`);
    await openToRoles(client, DATABASE);
  });
}

/** Lets the Worker's roles connect to a database, and nobody else but its owner. */
export async function openToRoles(client: pg.Client, database: string): Promise<void> {
  await client.query(`revoke all on database ${database} from public`);
  await client.query(`grant connect on database ${database} to darkroom_app, darkroom_service`);
}
