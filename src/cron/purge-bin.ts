import { sql } from 'drizzle-orm';
import { callService } from '../db/call-service.ts';
import type { Services } from '../services.ts';

/** Rows of one transaction: they take their sources, tags and history with them. */
const SLICE = 500;
/** An hour's share; a backlog is worked off hour by hour. */
const MAX_SLICES = 20;

/** Ends what has been in the bin for 30 days, slice by slice. Returns how many images went. */
export async function purgeBin(services: Services): Promise<number> {
  let gone = 0;
  for (let nth = 0; nth < MAX_SLICES; nth++) {
    const call = sql`app.purge_bin(${SLICE}::integer)`;
    const slice = await callService<number>(services.db.service, 'cron', call);
    gone += slice;
    if (slice < SLICE) break;
  }
  return gone;
}
