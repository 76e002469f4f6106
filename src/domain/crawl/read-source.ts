import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import { runBatch, values } from '../../db/batch.ts';
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
  /** Times in a row that its host's turn was still to come. */
  waits: number;
}

/** Who has read a source has this long to wait for its turn and to look in it; then it counts as lost. */
const LOST_SECONDS = 240;

/** A page or sitemap that was handed out in this run, to look in it now; null when it is done or the run is over. */
export async function readSource(
  service: Database,
  run: RunRef & { source: number },
): Promise<OpenSource | null> {
  const results = await runBatch(
    service,
    [
      enter(null, run.requestId ?? 'discover'),
      sql`update ${jobSources} s set not_before = now() + make_interval(secs => ${LOST_SECONDS})
          from crawl_jobs j
          where j.id = s.job_id and j.id = ${run.jobId} and j.epoch = ${run.epoch} and j.status = 'planning'
            and s.position = ${run.source} and s.status = 'sent'
          returning jsonb_build_object('kind', s.kind, 'url', s.url, 'depth', s.depth, 'attempts', s.attempts,
            'waits', s.waits)`,
    ],
    { deadline: 'write', requestId: run.requestId },
  );
  return values<OpenSource>(results[1])[0] ?? null;
}
