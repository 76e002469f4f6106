import pg from 'pg';
import { inject } from 'vitest';
import { DATABASE, openToRoles, type Role } from '../../dev/postgres/roles.ts';
import { withSuperuser } from '../../dev/postgres/session.ts';
import { SUPERUSER } from '../../dev/postgres/settings.ts';

/** A database of a test file's own on the Postgres of stack-setup.ts. Roles, and nothing else, belong to all of them. */
export interface TestDatabase {
  /** Connects as the role that runs migrations. */
  ownerUrl: string;
  roleUrl(role: Role): string;
  port: number;
  /** Past every policy, for arranging and looking. */
  superuser: pg.Client;
  close(): Promise<void>;
}

/** A copy of the migrated database; `isEmpty`: one without any migration. */
export async function openTestDatabase({ isEmpty = false } = {}): Promise<TestDatabase> {
  const { port, superuserPassword, passwords } = inject('cluster');
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  const asSuperuser = async (work: (client: pg.Client) => Promise<unknown>) =>
    await withSuperuser(port, superuserPassword, 'postgres', work);
  await asSuperuser(async (client) => {
    const template = isEmpty ? 'template1' : DATABASE;
    await client.query(`create database ${name} template ${template} owner darkroom_owner`);
    await openToRoles(client, name);
  });
  const urlOf = (role: string, password: string) =>
    `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;
  const superuser = new pg.Client(urlOf(SUPERUSER, superuserPassword));
  await superuser.connect();
  return {
    ownerUrl: urlOf('darkroom_owner', passwords.darkroom_owner),
    roleUrl: (role) => urlOf(role, passwords[role]),
    port,
    superuser,
    async close() {
      await superuser.end();
      await asSuperuser(async (client) => await client.query(`drop database ${name} with (force)`));
    },
  };
}
