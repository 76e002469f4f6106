import { sql } from 'drizzle-orm';
import { runBatch } from '../../db/batch.ts';
import { enter } from '../../db/statement.ts';
import type { Services } from '../../services.ts';

/** A room that waits for this does not hibernate. */
const COUNT_DEADLINE_MS = 3_000;

/** Writes down how many sockets a room has, for who looks after the whole installation. Errors: `unavailable`. */
export async function countSockets(
  { db }: Pick<Services, 'db'>,
  projectId: string,
  sockets: number,
): Promise<void> {
  const change =
    sockets === 0
      ? sql`delete from open_rooms where project_id = ${projectId}`
      : sql`insert into open_rooms (project_id, sockets, seen_at) values (${projectId}, ${sockets}::integer, now())
          on conflict (project_id) do update set sockets = excluded.sockets, seen_at = excluded.seen_at`;
  await runBatch(db.service, [enter(null, 'room'), change], { deadline: COUNT_DEADLINE_MS });
}
