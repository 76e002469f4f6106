import { sql } from 'drizzle-orm';
import type { ItemResult } from '../crawl/process-item.ts';
import { READ_DEADLINE_MS, runBatch, values, WRITE_DEADLINE_MS } from '../db/batch.ts';
import type { Database } from '../db/client.ts';
import { enter } from '../db/statement.ts';
import type { JobOptions } from '../crawl/job-options.ts';
import type { CrawlMessage } from './messages.ts';

export interface PendingItem {
  position: number;
  url: string;
  options: JobOptions;
}

/** The unfinished items of a chunk; none for a message of an earlier run, a deleted job or finished work. */
export async function claimChunk(service: Database, message: CrawlMessage): Promise<PendingItem[]> {
  const results = await runBatch(
    service,
    [
      enter(null, message.requestId ?? 'crawl'),
      sql`select jsonb_build_object('position', item_position, 'url', url, 'options', options)
          from app.claim_chunk(${message.jobId}, ${message.epoch}, ${message.chunk})`,
    ],
    { deadlineMs: READ_DEADLINE_MS },
  );
  return values<PendingItem>(results[1]);
}

/**
 * Writes results down in one transaction; those of items that are final already change nothing. Returns how many
 * were written.
 */
export async function recordResults(
  service: Database,
  message: CrawlMessage,
  results: ItemResult[],
): Promise<number> {
  const record = sql`select to_jsonb(app.record_results(${message.jobId}, ${message.epoch}, ${JSON.stringify(results)}::jsonb))`;
  const written = await runBatch(service, [enter(null, message.requestId ?? 'crawl'), record], {
    deadlineMs: WRITE_DEADLINE_MS,
  });
  return values<number>(written[1])[0] ?? 0;
}
