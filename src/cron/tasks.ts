import { sql } from 'drizzle-orm';
import { runBatch, values } from '../db/batch.ts';
import { enter } from '../db/statement.ts';
import { logEvent } from '../observability/logger.ts';
import { dispatchDue } from '../queues/outbox.ts';
import { reviveJobs } from '../queues/revive-jobs.ts';
import type { Services } from '../services.ts';
import { concludeDrain } from './conclude-drain.ts';
import { purgeBin } from './purge-bin.ts';
import { recordEnd, recordStart } from './record-run.ts';
import { sweepMedia } from './sweep-media.ts';
import { watchReplica } from './watch-replica.ts';

type Task = (services: Services) => Promise<void>;

/** Rows deleted a run, so that a backlog never becomes one long transaction. */
const SWEEP_LIMIT = 1_000;

/** Does what a request could not do after its commit. */
const dispatchWaiting: Task = async (services) => {
  const done = await dispatchDue(services);
  if (done > 0) logEvent('warn', 'outbox_late', { done, requestId: services.scope.requestId });
};

/** Looks after jobs under way that have gone silent. */
const reviveSilent: Task = async (services) => {
  const jobs = await reviveJobs(services);
  if (jobs > 0) logEvent('warn', 'jobs_revived', { jobs, requestId: services.scope.requestId });
};

/** Deletes what has served its time: sessions, links, tokens, invitations, API keys, stored replies and done outbox rows. */
const sweepExpired: Task = async (services) => {
  const sweep = (table: string, key: string, condition: string) =>
    sql.raw(`with gone as (
      delete from ${table} where (${key}) in (select ${key} from ${table} where ${condition} limit ${SWEEP_LIMIT})
      returning 1) select to_jsonb(count(*)) from gone`);
  const results = await runBatch(
    services.db.service,
    [
      enter(null, 'cron'),
      sweep('sessions', 'id', 'expires_at < now()'),
      sweep('sign_in_links', 'token_hash', 'expires_at < now()'),
      sweep('refresh_tokens', 'token_hash', 'expires_at < now()'),
      sweep('invitations', 'id', "expires_at < now() - interval '30 days'"),
      sweep('api_keys', 'id', "expires_at < now() - interval '30 days'"),
      sweep('idempotency_keys', 'scope, key', "created_at < now() - interval '24 hours'"),
      sweep('outbox', 'id', "done_at < now() - interval '24 hours'"),
      sweep('reviews', 'id', "created_at < now() - interval '30 days'"),
      sweep('open_rooms', 'project_id', "seen_at < now() - interval '1 hour'"),
    ],
    { deadline: 'write' },
  );
  const [
    sessions = 0,
    links = 0,
    tokens = 0,
    invitations = 0,
    keys = 0,
    replies = 0,
    outbox = 0,
    reviews = 0,
  ] = results.slice(1).map((rows) => values<number>(rows)[0] ?? 0);
  if (sessions + links + tokens + invitations + keys + replies + outbox + reviews > 0)
    logEvent('info', 'swept', {
      sessions,
      links,
      tokens,
      invitations,
      keys,
      replies,
      outbox,
      reviews,
      requestId: services.scope.requestId,
    });
};

/** Removes the bytes of images that left the bin a day ago. */
const sweepDeletedMedia: Task = async (services) => {
  const { removed, orphans } = await sweepMedia(services);
  if (removed + orphans > 0)
    logEvent('info', 'media_swept', { removed, orphans, requestId: services.scope.requestId });
};

/** Ends what has been in the bin for 30 days. */
const purgeOverdue: Task = async (services) => {
  const images = await purgeBin(services);
  if (images > 0) logEvent('info', 'bin_purged', { images, requestId: services.scope.requestId });
};

/** Gives the replica news, and looks how long it takes to show them. */
const watchLag: Task = async (services) => {
  const { replica } = services.db;
  const lagMs = await watchReplica(services);
  if (replica && (lagMs === null || lagMs > replica.maxAgeMs)) logEvent('warn', 'replica_late', { lagMs });
};

/** What runs at each cron expression of wrangler.toml, by the name under which its last run is known. */
export const CRON_TASKS: Readonly<Record<string, Readonly<Record<string, Task>>>> = {
  '* * * * *': { dispatchWaiting, reviveSilent, watchLag, concludeDrain },
  '17 * * * *': { sweepExpired, purgeOverdue, sweepDeletedMedia },
};

/** Runs every task of an expression, also when one fails; then fails with the first error. */
export async function runCron(expression: string, services: Services): Promise<void> {
  const tasks = CRON_TASKS[expression];
  if (!tasks) throw new Error(`No task is planned for the cron expression ${expression}`);
  await recordStart(services, Object.keys(tasks));
  const runs = Object.entries(tasks).map(([name, task]) => recordEnd(services, name, task(services)));
  const outcomes = await Promise.allSettled(runs);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
}
