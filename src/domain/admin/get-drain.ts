import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { requireAdmin } from '../account/require-admin.ts';

export interface DrainView {
  on: boolean;
  /** RFC 3339; null while it is off. */
  since: string | null;
  /** When sockets that are still there are closed. */
  until: string | null;
  /** Rooms that were asked, the sockets in them, and how many of those did not go by themselves. */
  rooms: number;
  sockets: number;
  cut: number;
}

const OFF: DrainView = { on: false, since: null, until: null, rooms: 0, sockets: 0, cut: 0 };

/** Whether traffic is to be sent here, and how far a drain is. For administrators. */
export async function getDrain(ctx: RequestContext): Promise<DrainView> {
  await requireAdmin(ctx);
  const query = sql`select jsonb_build_object('on', true, 'since', app.rfc3339(drain_since),
      'until', app.rfc3339(drain_until), 'rooms', drain_rooms, 'sockets', drain_sockets, 'cut', drain_cut)
    from platform_state where drain_id is not null`;
  // Whoever has just switched it looks whether it is so.
  const [drain] = await read<DrainView>(ctx, { from: 'primary', query });
  return drain ?? OFF;
}
