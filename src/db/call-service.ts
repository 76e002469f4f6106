import { type SQL, sql } from 'drizzle-orm';
import { runBatch, values } from './batch.ts';
import type { Database } from './client.ts';
import { enter } from './statement.ts';

/** What a function of the database returns, called as the service. The type is the function's own. */
export async function callService<T>(service: Database, requestId: string, call: SQL): Promise<T> {
  const results = await runBatch(service, [enter(null, requestId), sql`select to_jsonb(${call})`], {
    deadline: 'write',
    requestId,
  });
  return values<T>(results[1])[0] as T;
}
