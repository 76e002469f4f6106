import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';
import { type GivenUrl, hashed } from '../job/add-urls.ts';

/** Adds URLs that were found to the job's run; those it has already are left out. Errors: `illegal_state`. */
export async function addFoundUrls(service: Database, run: RunRef, urls: GivenUrl[]): Promise<number> {
  return await callService(
    service,
    run.requestId ?? 'discover',
    sql`app.add_items(${run.jobId}, ${run.epoch}, ${hashed(urls)}::jsonb)`,
  );
}
