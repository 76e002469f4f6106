import * as z from 'zod/mini';
import { presenceData, ROLES } from '../../src/rooms/protocol.ts';
import type { RoomStorage } from './room-storage.ts';
import { once } from '../../src/lib/once.ts';

/** `user` is empty for what no person did: in a unique index nulls differ from each other. */
const SCHEMA = `
  create table if not exists meta (key text primary key, value text not null) without rowid;
  create table if not exists event (seq integer primary key, ts integer not null, user text not null,
    type text not null, id text not null, body text not null, unique (user, id));
  create table if not exists latest (key text primary key, version integer not null, ts integer not null,
    body text not null) without rowid;
  create table if not exists leaving (user text primary key, entry text not null) without rowid;
  create table if not exists barred (user text primary key, since integer not null, code integer not null)
    without rowid;
  insert or ignore into meta values ('schema', '1');`;
/** Applied to a room of the first schema, which every room begins with. */
const SECOND_SCHEMA = `
  alter table latest add column bookmark text;
  update meta set value = '2' where key = 'schema';`;

const bounds = once(() => z.object({ head: z.number(), floor: z.number() }));
const seqRow = once(() => z.object({ seq: z.number() }));
const eventRow = once(() => z.object({ seq: z.number(), body: z.string() }));
const sizeRow = once(() => z.object({ bytes: z.number() }));
const latestRow = once(() =>
  z.object({
    key: z.string(),
    version: z.number(),
    ts: z.number(),
    body: z.string(),
    bookmark: z.nullable(z.string()),
  }),
);
const barRow = once(() => z.object({ user: z.string(), since: z.number(), code: z.number() }));
const leavingEntry = once(() =>
  z.object({
    user: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    data: presenceData(),
    until: z.number(),
    presenceVersion: z.number(),
  }),
);

const toldCount = once(() => z.object({ sockets: z.number(), at: z.number() }));
const storedDrain = once(() =>
  z.object({
    id: z.string(),
    since: z.number(),
    until: z.number(),
    sockets: z.number(),
    isOver: z.boolean(),
  }),
);

/** Keeps a room in the object's own SQLite. */
export function createSqlRoomStorage(sql: SqlStorage): RoomStorage {
  sql.exec(SCHEMA);
  sql.exec("insert or ignore into meta values ('epoch', ?)", crypto.randomUUID());

  const meta = (key: string) =>
    sql.exec<{ value: string }>('select value from meta where key = ?', key).toArray()[0]?.value;
  if (meta('schema') === '1') sql.exec(SECOND_SCHEMA);

  const saveMeta = (key: string, value: string) =>
    void sql.exec('insert or replace into meta values (?, ?)', key, value);

  function* events(query: string, ...parameters: SqlStorageValue[]) {
    for (const row of sql.exec(query, ...parameters)) yield eventRow().parse(row);
  }

  return {
    epoch: meta('epoch') ?? '',
    presenceVersion: Number(meta('presence') ?? 0),
    savePresenceVersion: (version) => saveMeta('presence', String(version)),

    bounds: () =>
      bounds().parse(
        sql.exec('select coalesce(max(seq), 0) as head, coalesce(min(seq), 1) as floor from event').one(),
      ),
    seqOf: (user, id) => {
      const [row] = sql.exec('select seq from event where user = ? and id = ?', user ?? '', id);
      return row ? seqRow().parse(row).seq : null;
    },
    append: ({ seq, ts, user, type, id, body }) =>
      void sql.exec('insert into event values (?, ?, ?, ?, ?, ?)', seq, ts, user ?? '', type, id, body),
    after: (seq, most) => events('select seq, body from event where seq > ? order by seq limit ?', seq, most),
    newest: (most) => events('select seq, body from event order by seq desc limit ?', most),
    *sizesAfter(seq) {
      // Of the header alone: bodies are not read for it.
      const query = 'select octet_length(body) as bytes from event where seq > ? order by seq';
      for (const row of sql.exec(query, seq)) yield sizeRow().parse(row).bytes;
    },
    forgetBelow: (seq) => void sql.exec('delete from event where seq < ?', seq),

    latest: () => [...sql.exec('select * from latest')].map((row) => latestRow().parse(row)),
    saveLatest: ({ key, version, ts, body, bookmark }) =>
      void sql.exec('insert or replace into latest values (?, ?, ?, ?, ?)', key, version, ts, body, bookmark),
    dropLatest: (key) => void sql.exec('delete from latest where key = ?', key),

    leaving: () =>
      [...sql.exec('select entry from leaving')].map((row) =>
        leavingEntry().parse(JSON.parse(String(row['entry']))),
      ),
    saveLeaving: (leaving) =>
      void sql.exec('insert or replace into leaving values (?, ?)', leaving.user, JSON.stringify(leaving)),
    dropLeaving: (user) => void sql.exec('delete from leaving where user = ?', user),

    bars: () => [...sql.exec('select * from barred')].map((row) => barRow().parse(row)),
    saveBar: ({ user, since, code }) =>
      void sql.exec('insert or replace into barred values (?, ?, ?)', user, since, code),
    dropBar: (user) => void sql.exec('delete from barred where user = ?', user),

    toldCount: () => toldCount().parse(JSON.parse(meta('told-count') ?? '{"sockets":0,"at":0}')),
    saveToldCount: (count) => saveMeta('told-count', JSON.stringify(count)),

    drain: () => {
      const kept = meta('drain');
      return kept === undefined ? null : storedDrain().parse(JSON.parse(kept));
    },
    saveDrain: (drain) => saveMeta('drain', JSON.stringify(drain)),
  };
}
