import { neonConfig } from '@neondatabase/serverless';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { migrate } from '../../dev/database/migrate.ts';
import { startNeonGateway } from '../../dev/neon/index.ts';
import { startDatabase } from '../../dev/postgres/index.ts';
import { poll } from '../../dev/process/poll.ts';
import { createDatabases, type Database } from '../../src/db/client.ts';
import type { ReadContext, readAt } from '../../src/db/read.ts';
import { type Bookmark, laterBookmark, parseBookmark } from '../../src/lib/bookmark.ts';
import { newCaller } from './caller.ts';

/** How reads are routed: the function that reads, and what app.enter_replica is made of. */
export interface Routing {
  read: typeof readAt;
  /** Of the definition in the migrations. */
  define: (definition: string) => string;
}

/** A transaction that has a row in `marks`, whose bookmark somebody gets when it commits. */
export interface OpenWrite {
  id: number;
  /** Resolves with the bookmark. */
  commit(): Promise<Bookmark>;
  rollback(): Promise<void>;
}

/** Somebody who reads and writes: what they have seen goes from each reply into the next request. */
export interface Reader {
  known: Bookmark | null;
  /** The ids in `marks`, by the routing under test, and whether the primary was asked for them. */
  read(): Promise<{ ids: Set<number>; isFromPrimary: boolean }>;
}

export interface RoutingStage {
  use(routing: Routing): Promise<void>;
  begin(): Promise<OpenWrite>;
  reader(): Reader;
  /** No read is sent to the replica while it is false. */
  setReachable(isReachable: boolean): void;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Waits until the replica has replayed everything that is committed. Not while it is paused. */
  catchUp(): Promise<void>;
  superuser: pg.Client;
  stop(): Promise<void>;
}

const selectIds = sql`select to_jsonb(id) from marks`;
const WRITERS = 8;
const CATCH_UP_MS = 20_000;

/** A real primary and streaming replica behind the gateway, and the Worker's own reads before it. */
export async function openRoutingStage(): Promise<RoutingStage> {
  const database = await startDatabase({ ephemeral: true });
  const gateway = await startNeonGateway();
  const NEON_FETCH_ENDPOINT = `${gateway.url}/sql`;
  neonConfig.fetchEndpoint = NEON_FETCH_ENDPOINT;
  await migrate(database.ownerUrl);
  const superuser = new pg.Client(database.superuserUrl('primary'));
  const standby = new pg.Client(database.superuserUrl('replica'));
  const writers = new pg.Pool({ connectionString: database.superuserUrl('primary'), max: 2 * WRITERS });
  await Promise.all([superuser.connect(), standby.connect()]);
  await superuser.query('create table marks (id serial primary key); grant select on marks to darkroom_app');
  const { rows } = await superuser.query<{ text: string }>(
    `select pg_get_functiondef('app.enter_replica'::regproc) as text`,
  );
  const definition = rows[0]?.text ?? '';

  let routing: Routing | null = null;
  let isReachable = true;
  const connect = () => {
    const urls = {
      DATABASE_URL: database.roleUrl('darkroom_app', 'primary'),
      DATABASE_SERVICE_URL: database.roleUrl('darkroom_service', 'primary'),
      DATABASE_REPLICA_URL: database.roleUrl('darkroom_app', 'replica'),
    };
    return createDatabases({ ...urls, NEON_FETCH_ENDPOINT }, { now: () => Date.now() }, newCaller());
  };
  const guard = {
    enter: () => isReachable,
    isPaused: () => !isReachable,
    served() {},
    failed() {},
    lags() {},
  };

  const catchUp = async () => {
    const beats = await superuser.query<{ beat: string }>(
      'update replication set beat_at = clock_timestamp() returning beat_at::text as beat',
    );
    const isThere = async () => {
      const text = 'select from replication where beat_at = $1::timestamptz';
      // A standby that is far behind does not even have the table.
      const found = await standby.query(text, [beats.rows[0]?.beat]).catch(() => null);
      return found?.rowCount === 1 || undefined;
    };
    if (!(await poll(isThere, CATCH_UP_MS, 2))) throw new Error('the replica does not catch up');
  };

  return {
    superuser,
    catchUp,
    async use(next) {
      routing = next;
      await superuser.query(next.define(definition));
      await catchUp();
    },
    async begin() {
      const client = await writers.connect();
      await client.query('begin');
      const inserted = await client.query<{ id: number }>('insert into marks default values returning id');
      const end = async (how: 'commit' | 'rollback') => {
        await client.query(how);
        client.release();
      };
      return {
        id: inserted.rows[0]?.id ?? 0,
        async commit() {
          const marked = await client.query<{ bookmark: string }>('select app.bookmark() as bookmark');
          await end('commit');
          const bookmark = parseBookmark(marked.rows[0]?.bookmark ?? '');
          if (!bookmark) throw new Error('app.bookmark made none');
          return bookmark;
        },
        rollback: async () => await end('rollback'),
      };
    },
    reader() {
      const reader: Reader = {
        known: null,
        async read() {
          const { primary, replica, service } = connect();
          let isFromPrimary = false;
          const watched = watch(primary, () => (isFromPrimary = true));
          if (!replica || !routing) throw new Error('the stage has no replica or no routing');
          const ctx: ReadContext = {
            actor: { kind: 'anonymous' },
            requestId: 'routing',
            known: reader.known,
            bookmark: null,
            isStale: false,
            // A machine that is busy must not look like a replica that hangs.
            services: {
              db: { service, primary: watched, replica: { ...replica, guard, hedgeAfterMs: 60_000 } },
            },
          };
          const found = await routing.read<number>(ctx, {
            from: 'replica',
            query: selectIds,
          });
          reader.known = laterBookmark(reader.known, ctx.bookmark);
          return { ids: new Set(found.rows), isFromPrimary };
        },
      };
      return reader;
    },
    setReachable: (next) => void (isReachable = next),
    pause: async () => void (await standby.query('select pg_wal_replay_pause()')),
    resume: async () => void (await standby.query('select pg_wal_replay_resume()')),
    async stop() {
      await writers.end();
      await Promise.all([superuser.end(), standby.end()]);
      await gateway.close();
      await database.stop();
    },
  };
}

/** The same database, which tells of each batch that is sent to it. */
function watch(database: Database, onBatch: () => void): Database {
  const open = async () =>
    new Proxy(await database.open(), {
      get(target, name, receiver) {
        if (name === 'transaction') onBatch();
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  return { ...database, open };
}
