import { type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { runBatch, values, WRITE_DEADLINE_MS } from '../db/batch.ts';
import { enter } from '../db/statement.ts';
import type { Services } from '../services.ts';
import { sendCrawl } from './send-crawl.ts';

/** Far above what a job can have; a bound on what one row may set off. */
const MAX_CHUNKS = 10_000;

const jobStarted = z.object({
  jobId: z.string(),
  epoch: z.int().positive(),
  chunks: z.int().positive().max(MAX_CHUNKS),
});
const sessionsRevoked = z.object({ tokenHashes: z.array(z.string()) });

/** What must happen after a commit, exactly because of it: written in the same transaction, done afterwards. */
export interface OutboxMessage {
  topic: 'job.started' | 'sessions.revoked';
  /** The payload as JSON, or the SQL of a jsonb value when only the database knows it. */
  payload: object | SQL;
  onlyIf?: SQL;
}

interface ClaimedRow {
  id: string;
  topic: string;
  payload: unknown;
  requestId: string | null;
}

/** A claimed row that was not marked done is tried again after this long, doubled each time up to an hour. */
const CLAIM_SECONDS = 30;
const MAX_CLAIM_SECONDS = 3_600;
/**
 * Does what the waiting outbox rows ask for: those named, or up to 100 that are due. Every row is done at
 * least once; all of it can be repeated without harm. Returns how many rows were done; rejects with the first
 * failure after every row was tried.
 */
export async function dispatchOutbox(services: Services, ids?: string[]): Promise<number> {
  const due = sql`select id from outbox where done_at is null and available_at <= now()
    and ${ids ? sql`id = any(${textArray(ids)}::text[])` : sql`true`}
    order by available_at limit 100 for update skip locked`;
  const results = await runBatch(
    services.db.service,
    [
      enter(null, 'outbox'),
      sql`update outbox set attempts = attempts + 1, available_at = now() + make_interval(secs => least(${CLAIM_SECONDS}::integer * 2 ^ attempts, ${MAX_CLAIM_SECONDS}::integer))
          where id in (${due})
          returning jsonb_build_object('id', id, 'topic', topic, 'payload', payload, 'requestId', request_id)`,
    ],
    { deadlineMs: WRITE_DEADLINE_MS },
  );
  const done: string[] = [];
  const failures: unknown[] = [];
  for (const row of values<ClaimedRow>(results[1])) {
    try {
      await perform(services, row);
      done.push(row.id);
    } catch (error) {
      // The rows after it must not wait for what this one needs.
      failures.push(error);
    }
  }
  if (done.length > 0) {
    const mark = sql`update outbox set done_at = now() where id = any(${textArray(done)}::text[])`;
    await runBatch(services.db.service, [enter(null, 'outbox'), mark], { deadlineMs: WRITE_DEADLINE_MS });
  }
  if (failures.length > 0) throw failures[0];
  return done.length;
}

async function perform(services: Services, row: ClaimedRow): Promise<void> {
  switch (row.topic) {
    case 'job.started':
      return await sendChunks(services, row);
    case 'sessions.revoked':
      return await services.sessions.drop(sessionsRevoked.parse(row.payload).tokenHashes);
    default:
      throw new Error(`The outbox holds an unknown topic: ${row.topic}`);
  }
}

async function sendChunks(services: Services, row: ClaimedRow): Promise<void> {
  const { jobId, epoch, chunks } = jobStarted.parse(row.payload);
  await sendCrawl(
    services.crawlQueue,
    Array.from({ length: chunks }, (_, chunk) => ({
      v: 1 as const,
      jobId,
      epoch,
      chunk,
      requestId: row.requestId,
    })),
  );
}

/** A text[] literal: array parameters travel as text over HTTP. */
export function textArray(items: string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
