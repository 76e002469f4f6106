import { sql } from 'drizzle-orm';
import * as z from 'zod';
import type { Bookmark } from '../lib/bookmark.ts';
import { type Rows, values } from './batch.ts';
import { once } from '../lib/once.ts';
import type { Call } from './statement.ts';

/** Which database answered, and from which snapshot: what is below `xmin` was done, nothing from `xmax` on was. */
export interface Position {
  epoch: number;
  xmin: bigint;
  xmax: bigint;
}

const shape = once(() => z.object({ epoch: z.int(), xmin: z.coerce.bigint(), xmax: z.coerce.bigint() }));

/** As `enterCall`, for a batch that only reads and runs as Repeatable Read: its one snapshot is what it tells. */
export function enterRead(actorId: string | null, requestId: string): Call {
  return sql`app.enter_read(${actorId}, ${requestId})`;
}

/** As enterRead, at a replica: the batch fails with a ReplicaError unless it shows all of `known`, and nothing too old. */
export function enterReplica(
  actorId: string | null,
  requestId: string,
  wanted: { known: Bookmark | null; maxAgeMs: number },
): Call {
  const { known, maxAgeMs } = wanted;
  return sql`app.enter_replica(${actorId}, ${requestId}, ${known?.epoch ?? null}::integer,
    ${known?.xid.toString() ?? null}::xid8, ${maxAgeMs}::integer)`;
}

/** The position that enterRead, enterReplica or app.position told in the first column. */
export function readPosition(rows: Rows | undefined): Position {
  return shape().parse(values(rows)[0]);
}

/** The bookmark of who has seen this snapshot: a server that has done everything below its xmax is no older. */
export function bookmarkOf({ epoch, xmax }: Position): Bookmark {
  return { epoch, xid: xmax - 1n };
}
