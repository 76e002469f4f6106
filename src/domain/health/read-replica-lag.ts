import { sql } from 'drizzle-orm';
import { runBatch, values } from '../../db/batch.ts';
import type { Services } from '../../services.ts';

export interface ReplicaLag {
  /** How far the replica was behind; null when it did not answer. */
  lagMs: number | null;
  /** RFC 3339. */
  measuredAt: string;
}

/**
 * What cron found the replica's lag to be last, within the last minute; null without a replica, and before the first time.
 * One round trip to the primary. Errors: `unavailable`, after `deadlineMs` at the latest.
 */
export async function readReplicaLag(
  { db }: Pick<Services, 'db'>,
  deadlineMs: number,
): Promise<ReplicaLag | null> {
  if (!db.replica) return null;
  const query = sql`select jsonb_build_object('lagMs', lag_ms, 'measuredAt', app.rfc3339(measured_at))
    from replication where measured_at is not null`;
  const results = await runBatch(db.primary, [query], { deadline: deadlineMs, readOnly: true });
  return values<ReplicaLag>(results[0])[0] ?? null;
}
