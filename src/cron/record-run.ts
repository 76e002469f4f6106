import { type SQL, sql } from 'drizzle-orm';
import { runBatch } from '../db/batch.ts';
import { enter } from '../db/statement.ts';
import { errorClass } from '../domain/health/probe.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import type { Services } from '../services.ts';

/** A task waits no longer than this to have its run written down. */
const RECORD_DEADLINE_MS = 5_000;

/** Writes down that tasks begin. */
export async function recordStart(services: Services, names: string[]): Promise<void> {
  await record(
    services,
    sql`insert into cron_runs (name, last_started_at)
    select jsonb_array_elements_text(${JSON.stringify(names)}::jsonb), now()
    on conflict (name) do update set last_started_at = excluded.last_started_at`,
  );
}

/** Runs a task and writes down how it ended. Rejects with what the task rejects with. */
export async function recordEnd(services: Services, name: string, work: Promise<void>): Promise<void> {
  const [outcome] = await Promise.allSettled([work]);
  const error = outcome.status === 'rejected' ? errorClass(outcome.reason) : null;
  await record(
    services,
    sql`update cron_runs set last_ended_at = now(), ok = ${error === null}, error = ${error}
    where name = ${name}`,
  );
  if (outcome.status === 'rejected') throw outcome.reason;
}

/** Fails open: a task is worth more than the record of it. */
async function record(services: Services, statement: SQL): Promise<void> {
  try {
    await runBatch(services.db.service, [enter(null, 'cron'), statement], { deadline: RECORD_DEADLINE_MS });
  } catch (error) {
    logEvent('warn', 'cron_unrecorded', { ...describeError(error) });
  }
}
