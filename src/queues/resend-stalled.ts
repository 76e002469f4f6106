import { sql } from 'drizzle-orm';
import { runBatch, values, WRITE_DEADLINE_MS } from '../db/batch.ts';
import { enter } from '../db/statement.ts';
import type { Services } from '../services.ts';
import { sendCrawl } from './send-crawl.ts';

/** A chunk of slow hosts writes results down at least this often, so a longer silence means a lost message. */
const SILENCE_MINUTES = 5;
/** Chunks sent again a run and job; the others follow when these have spoken. */
const CHUNKS_PER_JOB = 500;

/**
 * Sends the unfinished chunks of jobs under way that have been silent, so that no job waits for a message that
 * was lost. What is in fact still being worked on is recorded once all the same. Returns how many were sent.
 */
export async function resendStalled(services: Services): Promise<number> {
  const results = await runBatch(
    services.db.service,
    [
      enter(null, 'watchdog'),
      // Touching the row keeps the next run from sending the same again a minute later.
      sql`with stalled as (
            update job_totals t set updated_at = now() from crawl_jobs j
            where j.id = t.job_id and j.status in ('queued', 'running') and t.pending > 0
              and t.updated_at < now() - make_interval(mins => ${SILENCE_MINUTES}::integer)
            returning t.job_id, j.epoch)
          select jsonb_build_object('jobId', s.job_id, 'epoch', s.epoch, 'chunk', c.chunk)
          from stalled s cross join lateral (
            select distinct i.chunk from crawl_items i where i.job_id = s.job_id and i.status = 'pending'
            order by i.chunk limit ${CHUNKS_PER_JOB}
          ) c`,
    ],
    { deadlineMs: WRITE_DEADLINE_MS },
  );
  const chunks = values<{ jobId: string; epoch: number; chunk: number }>(results[1]);
  await sendCrawl(
    services.crawlQueue,
    chunks.map((chunk) => ({ v: 1 as const, ...chunk, requestId: null })),
  );
  return chunks.length;
}
