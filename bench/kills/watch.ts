import type pg from 'pg';
import type { Job } from './job.ts';

const LOOK_MS = 250;

export interface State {
  ended: number;
  /** URLs with a final result. */
  results: number;
  /** What is still to be done after a commit. */
  waiting: number;
}

/** Reads from Postgres itself: the Worker is not always there. */
export async function readState(client: pg.Client, jobs: Job[]): Promise<State> {
  const { rows } = await client.query<State>(
    `select count(*) filter (where j.finished_at is not null)::integer as ended,
       coalesce(sum(j.total - t.pending - t.deferred), 0)::integer as results,
       (select count(*)::integer from outbox where done_at is null) as waiting
     from crawl_jobs j join job_totals t on t.job_id = j.id where j.id = any ($1)`,
    [jobs.map(({ id }) => id)],
  );
  return rows[0] ?? { ended: 0, results: 0, waiting: 0 };
}

/** Looks until `isReached` says so; false when that has not happened within `limitMs`. */
export async function waitFor(
  look: () => Promise<State>,
  isReached: (state: State) => boolean,
  limitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const started = performance.now();
  while (!isReached(await look())) {
    signal.throwIfAborted();
    if (performance.now() - started > limitMs) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return true;
}
