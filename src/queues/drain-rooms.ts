import { sql } from 'drizzle-orm';
import { runBatch, values } from '../db/batch.ts';
import { enter } from '../db/statement.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { RoomRpc } from '../rooms/room.ts';
import type { Services } from '../services.ts';

/** Rooms asked at the same time. */
const AT_ONCE = 50;
const ROOM_DEADLINE_MS = 10_000;

/** Rooms that had sockets a while ago: one that says so no more may have been asleep. */
const openRooms = sql`(select coalesce(jsonb_agg(project_id order by project_id), '[]') from open_rooms
  where seen_at > now() - interval '10 minutes')`;

/**
 * Asks every room with sockets to let them go. Only while the drain lasts, so that a late one disturbs nobody; a room
 * that was asked already knows. Rejects with the first failure once every room was tried.
 */
export async function drainRooms(services: Services, drainId: string): Promise<void> {
  const results = await runBatch(
    services.db.service,
    [
      enter(null, 'outbox'),
      sql`select jsonb_build_object('rooms', ${openRooms},
          'leftMs', floor(extract(epoch from drain_until - now()) * 1000))
        from platform_state where drain_id = ${drainId} and drain_until > now()`,
    ],
    { deadline: 'read', readOnly: true },
  );
  const [drain] = values<{ rooms: string[]; leftMs: number }>(results[1]);
  if (!drain) return;
  const { answers, failures } = await askRooms(
    services,
    drain.rooms,
    async (room) => await room.drain(drainId, drain.leftMs),
  );
  const asked = answers.filter((sockets) => sockets > 0);
  const sum = sql`update platform_state set drain_rooms = ${asked.length}::integer,
      drain_sockets = ${asked.reduce((all, sockets) => all + sockets, 0)}::integer where drain_id = ${drainId}`;
  await runBatch(services.db.service, [enter(null, 'outbox'), sum], { deadline: 'write' });
  if (failures.length > 0) throw failures[0];
}

/** Lets stay who is still there. */
export async function stopDrainInRooms(services: Services, drainId: string): Promise<void> {
  const results = await runBatch(services.db.service, [enter(null, 'outbox'), sql`select ${openRooms}`], {
    deadline: 'read',
    readOnly: true,
  });
  const [rooms = []] = values<string[]>(results[1]);
  const { failures } = await askRooms(services, rooms, async (room) => await room.stopDrain(drainId));
  if (failures.length > 0) throw failures[0];
}

/** One room that does not answer keeps no other from being asked. */
async function askRooms<T>(
  services: Services,
  projectIds: string[],
  ask: (room: RoomRpc) => Promise<T>,
): Promise<{ answers: T[]; failures: unknown[] }> {
  const answers: T[] = [];
  const failures: unknown[] = [];
  for (let from = 0; from < projectIds.length; from += AT_ONCE) {
    const outcomes = await Promise.allSettled(
      projectIds
        .slice(from, from + AT_ONCE)
        .map(async (id) => await withDeadline(ask(services.room(id)), ROOM_DEADLINE_MS, 'the room')),
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') answers.push(outcome.value);
      else failures.push(outcome.reason);
    }
  }
  return { answers, failures };
}
