import { neon, neonConfig } from '@neondatabase/serverless';
import { inject } from 'vitest';

/**
 * Runs one statement past row-level security, which binds even the owner: for arranging what no route can make,
 * and for seeing what no route shows. The guarantee behind the type of the rows is the statement's own.
 */
export async function sqlAsSuperuser<T = Record<string, unknown>>(
  text: string,
  parameters: unknown[] = [],
): Promise<T[]> {
  neonConfig.fetchEndpoint = inject('variables')['NEON_FETCH_ENDPOINT'] ?? '';
  return (await neon(inject('stores').superuserUrl).query(text, parameters)) as T[];
}

/** Rows of a table that match the condition. */
export async function countRows(table: string, where: string, parameters: unknown[]): Promise<number> {
  const text = `select count(*)::integer as count from ${table} where ${where}`;
  const [row] = await sqlAsSuperuser<{ count: number }>(text, parameters);
  return row?.count ?? 0;
}

export async function addMember(projectId: string, userId: string, role: string): Promise<void> {
  await sqlAsSuperuser('insert into project_members (project_id, user_id, role) values ($1, $2, $3)', [
    projectId,
    userId,
    role,
  ]);
}
