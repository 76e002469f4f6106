import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';
import { hashed } from '../job/add-urls.ts';

export interface FoundSource {
  kind: 'page' | 'sitemap';
  /** Canonical. */
  url: string;
  /** Sitemaps between this one and the one that was given. */
  depth: number;
}

/** Adds pages and sitemaps to look in; those the job knows already are left out, so that cycles end. */
export async function addSources(service: Database, run: RunRef, sources: FoundSource[]): Promise<number> {
  return await callService(
    service,
    run.requestId ?? 'discover',
    sql`app.add_sources(${run.jobId}, ${run.epoch}, ${hashed(sources)}::jsonb)`,
  );
}
