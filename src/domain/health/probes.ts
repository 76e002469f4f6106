import { type SQL, sql } from 'drizzle-orm';
import { type Rows, runBatch, values } from '../../db/batch.ts';
import type { Database } from '../../db/client.ts';
import { databaseErrorOf } from '../../db/database-error.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Services } from '../../services.ts';
import type { DatabaseAnswer, PlatformFigures, Probes, QueueFigures } from './check-readiness.ts';
import { MisconfiguredError } from './probe.ts';
import { readReplicaLag } from './read-replica-lag.ts';

/** Of nobody's image. */
const NO_BLOB = '0'.repeat(64);

/** Rooms that said how many sockets they have within this time; they do so about once a minute. */
const COUNTED_FOR = '3 minutes';

/** How this installation's parts are looked at. */
export function createProbes(services: Services): Probes {
  const { db, redis, media, crawlQueue, discoverQueue, clock } = services;
  const { replica } = db;
  return {
    primary: async (deadlineMs) => await askDatabase(db.primary, deadlineMs),
    replica: replica ? async (deadlineMs) => await askDatabase(replica.database, deadlineMs) : null,
    redis: async (deadlineMs) => await redis.ping(deadlineMs),
    media: async () => void (await media.head(NO_BLOB, 'original')),
    queue: async () =>
      await Promise.all([
        countMessages('crawl', crawlQueue, clock.now()),
        countMessages('discover', discoverQueue, clock.now()),
      ]),
    platform: async (deadlineMs) => await askPlatform(db.service, deadlineMs),
    replicaLag: async (deadlineMs) => await readReplicaLag(services, deadlineMs),
    breakers: () => services.breakerStates().map(({ name, state }) => ({ name, state })),
  };
}

/** SQLSTATE classes of a role that may not come in, a database that is not there, and a schema that is not ours yet. */
const MISCONFIGURED = /^(28|3D|42)/;

/**
 * Asks one question, whose answer also says whether the role passes the policies by: it answers every query then, only
 * with everybody's rows, and that is not ready. (Roles made in Neon's console do; roles made by SQL do not.)
 */
async function askAs<T>(database: Database, query: SQL, deadlineMs: number): Promise<T> {
  let results: Rows[];
  try {
    results = await runBatch(database, [query], { deadline: deadlineMs, isProbe: true, readOnly: true });
  } catch (error) {
    const cause = error instanceof AppError ? error.cause : error;
    if (MISCONFIGURED.test(databaseErrorOf(cause)?.code ?? ''))
      throw new MisconfiguredError('the database refuses the question', { cause });
    throw error;
  }
  const [answer] = values<T & { passesPolicies: boolean }>(results[0]);
  if (!answer) throw new MisconfiguredError('a row of the migrations is missing');
  if (answer.passesPolicies) throw new MisconfiguredError('the role passes the policies by');
  return answer;
}

async function askDatabase(database: Database, deadlineMs: number): Promise<DatabaseAnswer> {
  const query = sql`select jsonb_build_object('passesPolicies', app.passes_policies(), 'drain',
      case when drain_id is null then null else jsonb_build_object(
        'since', app.rfc3339(drain_since), 'until', app.rfc3339(drain_until)) end)
    from platform_state`;
  const { drain } = await askAs<DatabaseAnswer>(database, query, deadlineMs);
  return { drain };
}

async function askPlatform(service: Database, deadlineMs: number): Promise<PlatformFigures> {
  const query = sql`select jsonb_build_object('passesPolicies', app.passes_policies(),
    'openSockets', (select coalesce(sum(sockets), 0) from open_rooms
      where seen_at > now() - ${COUNTED_FOR}::interval),
    'crons', (select coalesce(jsonb_agg(jsonb_build_object('name', name,
        'startedAt', app.rfc3339(last_started_at), 'endedAt', app.rfc3339(last_ended_at), 'ok', ok, 'error', error)
        order by name), '[]') from cron_runs))`;
  const { openSockets, crons } = await askAs<PlatformFigures>(service, query, deadlineMs);
  return { openSockets, crons };
}

async function countMessages(name: string, queue: Queue, now: number): Promise<QueueFigures> {
  const { backlogCount, oldestMessageTimestamp } = await queue.metrics();
  const sentAt = oldestMessageTimestamp ? new Date(oldestMessageTimestamp).getTime() : 0;
  // Without a message some runtimes leave the time out, and others name the year 1970.
  const isKnown = backlogCount > 0 && sentAt > 0;
  return { name, backlog: backlogCount, oldestAgeMs: isKnown ? Math.max(0, now - sentAt) : null };
}
