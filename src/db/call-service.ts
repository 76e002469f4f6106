import { type SQL, sql } from 'drizzle-orm';
import { runBatch, values } from './batch.ts';
import type { Database } from './client.ts';
import { enter } from './statement.ts';

/** What a function of the database returns, called as the service. The type is the function's own. */
export async function callService<T>(
  service: Database,
  requestId: string,
  call: SQL,
  deadlineMs: number,
): Promise<T> {
  const results = await runBatch(service, [enter(null, requestId), sql`select to_jsonb(${call})`], {
    deadlineMs,
  });
  return values<T>(results[1])[0] as T;
}
