import type { TestProject } from 'vitest/node';
import { migrate } from '../../dev/database/migrate.ts';
import { type Role, startDatabase } from '../../dev/postgres/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Postgres that openTestDatabase makes databases in. */
    cluster: { port: number; superuserPassword: string; passwords: Record<Role, string> };
  }
}

/** Starts one Postgres for all stack tests that need no server of their own, with the migrated database as a template. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const database = await startDatabase({ ephemeral: true });
  try {
    // Nobody reads from it, and it would do all that is written once more.
    await database.children.replica.stop();
    await migrate(database.ownerUrl);
  } catch (error) {
    await database.stop();
    throw error;
  }
  const superuserPassword = decodeURIComponent(new URL(database.superuserUrl('primary')).password);
  project.provide('cluster', {
    port: database.primary.port,
    superuserPassword,
    passwords: database.passwords,
  });
  return async () => await database.stop();
}
