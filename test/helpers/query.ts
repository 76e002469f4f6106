import { neon, neonConfig } from '@neondatabase/serverless';
import { inject } from 'vitest';

/** Asks Postgres as the superuser, past every policy. */
export async function query<T = Record<string, unknown>>(text: string, params: unknown[] = []): Promise<T[]> {
  // Global in the client, and a test with a broken database has changed it.
  neonConfig.fetchEndpoint = inject('variables')['NEON_FETCH_ENDPOINT'] ?? '';
  return (await neon(inject('stores').superuserUrl).query(text, params)) as T[];
}
