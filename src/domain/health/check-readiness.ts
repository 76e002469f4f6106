import { sql } from 'drizzle-orm';
import { runBatch, values } from '../../db/batch.ts';
import type { Database } from '../../db/client.ts';
import { withDeadline } from '../../lib/deadline.ts';
import type { Services } from '../../services.ts';
import { type ReplicaLag, readReplicaLag } from './read-replica-lag.ts';

/** `none`: there is no such part, and it is not missed. */
export type PartState = 'ok' | 'down' | 'misconfigured' | 'none';

export interface Readiness {
  status: 'ready' | 'degraded' | 'unavailable';
  /** Null without a replica, before the first measure, and when the primary does not tell. */
  replicaLag: ReplicaLag | null;
  parts: { primary: PartState; replica: PartState; redis: PartState; media: PartState };
}

/** Under the 500 ms within which readiness answers. */
const PROBE_DEADLINE_MS = 400;

async function probe(work: Promise<PartState>): Promise<PartState> {
  try {
    return await withDeadline(work, PROBE_DEADLINE_MS, 'a probe');
  } catch {
    return 'down';
  }
}

/**
 * A role that bypasses row-level security answers every query, only with everybody's rows: that is not
 * ready. (Roles made in Neon's console do; roles made by SQL do not.)
 */
async function probeDatabase(database: Database): Promise<PartState> {
  const query = sql`select to_jsonb(rolbypassrls or rolsuper) from pg_roles where rolname = current_user`;
  const results = await runBatch(database, [query], {
    deadline: PROBE_DEADLINE_MS,
    isProbe: true,
    readOnly: true,
  });
  return values<boolean>(results[0])[0] === false ? 'ok' : 'misconfigured';
}

/** Whether requests can be served, and which part is missing. Answers within 500 ms whatever hangs. */
export async function checkReadiness(services: Services): Promise<Readiness> {
  const { db, redis: database, media } = services;
  const [primary, replica, redis, store, replicaLag] = await Promise.all([
    probe(probeDatabase(db.primary)),
    db.replica ? probe(probeDatabase(db.replica.database)) : ('none' as const),
    probe(database.ping(PROBE_DEADLINE_MS).then(() => 'ok' as const)),
    probe(media.head('0'.repeat(64), 'original').then(() => 'ok' as const)),
    // The primary's own state says why it did not tell.
    readReplicaLag(services, PROBE_DEADLINE_MS).catch(() => null),
  ]);
  const parts = { primary, replica, redis, media: store };
  const states = Object.values(parts);
  if (states.includes('misconfigured') || primary === 'down')
    return { status: 'unavailable', parts, replicaLag };
  return { status: states.includes('down') ? 'degraded' : 'ready', parts, replicaLag };
}
