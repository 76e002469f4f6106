import { sql } from 'drizzle-orm';
import { runBatch } from '../../db/batch.ts';
import { enter } from '../../db/statement.ts';
import type { Services } from '../../services.ts';

const NOTE_DEADLINE_MS = 3_000;

/** Adds the sockets that a room had to close at a drain's time-out to its outcome. Errors: `unavailable`. */
export async function noteCut({ db }: Pick<Services, 'db'>, drainId: string, cut: number): Promise<void> {
  const change = sql`update platform_state set drain_cut = drain_cut + ${cut}::integer where drain_id = ${drainId}`;
  await runBatch(db.service, [enter(null, 'room'), change], { deadline: NOTE_DEADLINE_MS });
}
