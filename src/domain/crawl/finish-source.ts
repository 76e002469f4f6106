import { sql } from 'drizzle-orm';
import type { RunRef } from '../../crawl/coordinator.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';

export interface SourceOutcome {
  /** `waiting`: its host's turn comes later; not a try. */
  status: 'done' | 'blocked' | 'failed' | 'waiting';
  reason?: string;
  detail?: string;
  /** URLs found in it. */
  found?: number;
}

/** Writes down what became of a page or sitemap; with `retrySeconds` it is looked at again after that long. */
export async function finishSource(
  service: Database,
  run: RunRef & { source: number },
  outcome: SourceOutcome,
  retrySeconds: number | null = null,
): Promise<void> {
  await callService<boolean>(
    service,
    run.requestId ?? 'discover',
    sql`app.finish_source(${run.jobId}, ${run.epoch}, ${run.source}, ${JSON.stringify(outcome)}::jsonb, ${retrySeconds}::integer)`,
  );
}
