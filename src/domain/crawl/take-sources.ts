import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';

/** Hands out pages and sitemaps by their places in the job. `nextDueAt` is in ms since 1970. */
export async function takeSources(
  service: Database,
  run: RunRef & { wanted: number },
): Promise<{ sources: number[]; nextDueAt?: number | null }> {
  return await callService(
    service,
    run.requestId ?? 'coordinator',
    sql`app.take_sources(${run.jobId}, ${run.epoch}, ${run.wanted})`,
  );
}
