import * as z from 'zod';
import type { BoardStorage } from './board.ts';
import { once } from '../../src/lib/once.ts';

const boardChunk = once(() =>
  z.object({
    chunk: z.number(),
    lane: z.string(),
    attempt: z.number(),
    items: z.array(
      z.object({ position: z.number(), url: z.string(), notBefore: z.number().exactOptional() }),
    ),
    state: z.enum(['sent', 'leased', 'parked']),
    until: z.number(),
    leaseId: z.string().nullable(),
    outages: z.number(),
    faults: z.number(),
    // Not there in rows that were written before it was counted.
    idleParks: z.number().default(0),
  }),
);

/** Keeps the board in the object's own SQLite, a row a chunk. */
export function createSqlBoardStorage(sql: SqlStorage): BoardStorage {
  sql.exec('create table if not exists board (chunk integer primary key, entry text not null)');
  return {
    load: () =>
      [...sql.exec('select entry from board')].map((row) =>
        boardChunk().parse(JSON.parse(String(row['entry']))),
      ),
    save: (chunk) =>
      void sql.exec('insert or replace into board values (?, ?)', chunk.chunk, JSON.stringify(chunk)),
    remove: (chunk) => void sql.exec('delete from board where chunk = ?', chunk),
    clear: () => void sql.exec('delete from board'),
  };
}
