import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import { READ_DEADLINE_MS, runBatch, values } from '../../db/batch.ts';
import type { Database } from '../../db/client.ts';
import { jobSources } from '../../db/schema/job.ts';
import { enter } from '../../db/statement.ts';

export interface OpenSource {
  kind: 'page' | 'sitemap';
  url: string;
  /** Sitemaps between this one and the one that was given. */
  depth: number;
  /** Tries, this one included. */
  attempts: number;
}

/** A page or sitemap that was handed out in this run and is not done; null when there is no such. */
export async function readSource(
  service: Database,
  run: RunRef & { source: number },
): Promise<OpenSource | null> {
  const results = await runBatch(
    service,
    [
      enter(null, 'discover'),
      sql`select jsonb_build_object('kind', s.kind, 'url', s.url, 'depth', s.depth, 'attempts', s.attempts)
          from ${jobSources} s join crawl_jobs j on j.id = s.job_id
          where j.id = ${run.jobId} and j.epoch = ${run.epoch} and j.status = 'planning'
            and s.position = ${run.source} and s.status = 'sent'`,
    ],
    { deadlineMs: READ_DEADLINE_MS, readOnly: true },
  );
  return values<OpenSource>(results[1])[0] ?? null;
}
