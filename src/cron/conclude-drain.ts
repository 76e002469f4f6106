import { sql } from 'drizzle-orm';
import { runBatch, values } from '../db/batch.ts';
import { enter } from '../db/statement.ts';
import { logEvent } from '../observability/logger.ts';
import type { Services } from '../services.ts';

/** What rooms had to close at the time-out they have said by then. */
const SETTLED_AFTER = '15 seconds';

/** Logs once what a drain has found and what it had to cut, soon after its time-out. */
export async function concludeDrain(services: Services): Promise<void> {
  const results = await runBatch(
    services.db.service,
    [
      enter(null, 'cron'),
      sql`update platform_state set drain_summed_at = now()
        where drain_id is not null and drain_summed_at is null and drain_until < now() - ${SETTLED_AFTER}::interval
        returning jsonb_build_object('drain', drain_id, 'rooms', drain_rooms, 'sockets', drain_sockets, 'cut', drain_cut)`,
    ],
    { deadline: 'write' },
  );
  const [drained] = values<{ drain: string; rooms: number; sockets: number; cut: number }>(results[1]);
  if (drained) logEvent('info', 'drained', drained);
}
