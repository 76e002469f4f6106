import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { write, type WriteInput } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { requireAdmin } from '../account/require-admin.ts';
import { type DrainView, getDrain } from './get-drain.ts';

/** The reply waits so long for the rooms to be asked; those that were not are asked later. */
const SETTLE_MS = 5_000;

export interface DrainInput {
  on: boolean;
  /** From `on` until sockets that are still there are closed. */
  timeoutSeconds: number;
}

/**
 * Says that no traffic is to be sent here, and asks everybody in a room to come back; or that it is again. What is so
 * already is left as it is. For administrators.
 */
export async function setDrain(ctx: RequestContext, { on, timeoutSeconds }: DrainInput): Promise<DrainView> {
  const { kind } = await requireAdmin(ctx);
  const change = on ? begin(kind, timeoutSeconds) : end(kind);
  await write(ctx, { ...change, status: 204, settleOutboxMs: SETTLE_MS });
  return await getDrain(ctx);
}

type Change = Pick<WriteInput, 'effects' | 'activity' | 'outbox' | 'lastly'>;

function begin(by: string, timeoutSeconds: number): Change {
  const drainId = newId('drn');
  const onlyIf = sql`exists (select from platform_state where drain_id = ${drainId})`;
  return {
    effects: [
      sql`update platform_state set drain_id = ${drainId}, drain_since = now(),
          drain_until = now() + make_interval(secs => ${timeoutSeconds}::integer),
          drain_rooms = 0, drain_sockets = 0, drain_cut = 0, drain_summed_at = null
        where drain_id is null`,
    ],
    activity: { action: 'drain.began', subjectId: drainId, data: { by, timeoutSeconds }, onlyIf },
    outbox: [{ topic: 'rooms.drain', payload: { drainId }, onlyIf }],
  };
}

function end(by: string): Change {
  const drainId = sql`(select drain_id from platform_state)`;
  const onlyIf = sql`${drainId} is not null`;
  return {
    // Two ends at once are one.
    effects: [sql`select from platform_state for update`],
    activity: { action: 'drain.ended', subjectId: drainId, data: { by }, onlyIf },
    outbox: [
      {
        topic: 'rooms.stopDrain',
        payload: sql`select jsonb_build_object('drainId', drain_id) from platform_state`,
        onlyIf,
      },
    ],
    lastly: [sql`update platform_state set drain_id = null, drain_since = null, drain_until = null`],
  };
}
