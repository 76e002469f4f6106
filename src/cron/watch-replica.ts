import { sql } from 'drizzle-orm';
import { runBatch, values } from '../db/batch.ts';
import type { Database } from '../db/client.ts';
import { enter } from '../db/statement.ts';
import type { Services } from '../services.ts';

/** A replica that has not shown the beat by then is no moment behind any more: how old it is tells how far. */
const WATCH_MS = 5_000;
const LOOK_EVERY_MS = 100;

type WatchServices = Pick<Services, 'clock' | 'db'>;

/**
 * Writes the beat on the primary, waits until the replica shows it, and keeps how long that took, for readReplicaLag.
 * Returns that in ms, null when the replica does not answer or there is none. The beat is written without a replica
 * as well: one that is added finds it.
 */
export async function watchReplica({ clock, db }: WatchServices): Promise<number | null> {
  const [, beats] = await runBatch(
    db.service,
    [
      enter(null, 'cron'),
      sql`update replication set beat_at = clock_timestamp() returning to_jsonb(beat_at::text)`,
    ],
    { deadline: 'write' },
  );
  const [beat = ''] = values<string>(beats);
  if (!db.replica) return null;
  const lagMs = await measureLag(db.replica.database, beat, clock).catch(() => null);
  await runBatch(
    db.service,
    [enter(null, 'cron'), sql`update replication set lag_ms = ${lagMs}::integer, measured_at = now()`],
    { deadline: 'write' },
  );
  return lagMs;
}

/** Until the look that showed the beat began; the look itself takes longer than replication mostly does. */
async function measureLag(replica: Database, beat: string, clock: Services['clock']): Promise<number> {
  const look = sql`select jsonb_build_object('isThere', beat_at >= ${beat}::timestamptz, 'ageMs', app.replica_age())
    from replication`;
  const writtenAt = clock.now();
  for (;;) {
    const waited = clock.now() - writtenAt;
    const results = await runBatch(replica, [look], { deadline: 'read', readOnly: true });
    const [seen] = values<{ isThere: boolean; ageMs: number }>(results[0]);
    if (seen?.isThere) return waited;
    if (waited >= WATCH_MS) return Math.round(seen?.ageMs ?? waited);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
