import { type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { isTag } from '../cache/tags.ts';
import { runBatch, values } from '../db/batch.ts';
import { enter, textArray } from '../db/statement.ts';
import { reportProgress } from '../domain/job/report-progress.ts';
import { withDeadline } from '../lib/deadline.ts';
import { sleep } from '../lib/sleep.ts';
import { parseBookmark } from '../lib/bookmark.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import { purgeEverywhere } from '../purge/purger.ts';
import type { Services } from '../services.ts';
import { drainRooms, stopDrainInRooms } from './drain-rooms.ts';
import { once } from '../lib/once.ts';

const jobRun = once(() => z.object({ jobId: z.string(), epoch: z.int().positive() }));
const jobRuns = once(() => z.object({ runs: z.array(jobRun()) }));
const sessionsRevoked = once(() =>
  z.object({
    tokenHashes: z.array(z.string()),
    userId: z.string().optional(),
    sessionIds: z.array(z.string()).default([]),
  }),
);
const roomPublish = once(() =>
  z.object({
    projectId: z.string(),
    events: z.array(
      z.object({
        /** The row's own id and the position, when it names none. */
        id: z.string().optional(),
        user: z.string().nullable(),
        type: z.string(),
        data: z.record(z.string(), z.unknown()),
        bookmark: z.string().optional(),
      }),
    ),
  }),
);
const cacheBump = once(() => z.object({ tags: z.array(z.string()), position: z.string() }));
const roomDismiss = once(() => z.object({ projectId: z.string(), userId: z.string(), code: z.int() }));
const copiesPurge = once(() => z.object({ tags: z.array(z.string()) }));
const drainRef = once(() => z.object({ drainId: z.string() }));
const roomClose = once(() => z.object({ projectId: z.string(), code: z.int() }));

/** What must happen after a commit, exactly because of it: written in the same transaction, done afterwards. */
export interface OutboxMessage {
  topic:
    | 'job.started'
    | 'job.stopping'
    | 'jobs.stopping'
    | 'sessions.revoked'
    | 'cache.bump'
    | 'room.publish'
    | 'room.dismiss'
    | 'room.close'
    | 'rooms.drain'
    | 'rooms.stopDrain'
    /** Copies of what was public until now. */
    | 'copies.purge';
  /** The payload as JSON, or the SQL of a jsonb value when only the database knows it. */
  payload: object | SQL;
  onlyIf?: SQL;
}

export interface OutboxRow {
  id: string;
  topic: string;
  payload: unknown;
  requestId: string | null;
}

/**
 * What caches must forget is tried again after each of these pauses, within the claim: one late answer of Redis must not
 * leave a revoked key in use until cron comes.
 */
const SOON_MS = [500, 2_500];

/**
 * Whoever writes a row does it after the commit, and has so long for it before cron does. A row that cron has claimed and
 * that was not marked done is tried again after this long, doubled each time up to an hour.
 */
export const CLAIM_SECONDS = 30;
const MAX_CLAIM_SECONDS = 3_600;

/**
 * Does what rows ask for that were just written, of which this request holds the first claim. Every row is done at least
 * once; all of it can be repeated without harm. Returns how many were done; rejects with the first failure after every row
 * was tried, what is urgent more than once.
 */
export async function dispatchRows(services: Services, rows: OutboxRow[]): Promise<number> {
  let { done, failed, faults } = await performAll(services, rows);
  for (const pauseMs of SOON_MS) {
    const urgent = failed.filter(({ row }) => isUrgent(row));
    if (urgent.length === 0) break;
    await sleep(pauseMs);
    const again = await performAll(
      services,
      urgent.map(({ row }) => row),
    );
    done += again.done;
    failed = [...failed.filter(({ row }) => !isUrgent(row)), ...again.failed];
    faults = [...faults, ...again.faults];
  }
  return throwFirst({ done, failed, faults });
}

/** Claims up to 100 rows that no request does any more, and does what they ask for. As dispatchRows, but tries each once. */
export async function dispatchDue(services: Services): Promise<number> {
  const results = await runBatch(
    services.db.service,
    [
      enter(null, 'outbox'),
      sql`update outbox set attempts = attempts + 1, available_at = now() + make_interval(secs => least(${CLAIM_SECONDS}::integer * 2 ^ attempts, ${MAX_CLAIM_SECONDS}::integer))
          where id in (
            select id from outbox where done_at is null and available_at <= now()
            order by available_at limit 100 for update skip locked)
          returning jsonb_build_object('id', id, 'topic', topic, 'payload', payload, 'requestId', request_id)`,
    ],
    { deadline: 'write' },
  );
  return throwFirst(await performAll(services, values<OutboxRow>(results[1])));
}

interface Outcome {
  /** How many rows were done, and are marked so. */
  done: number;
  failed: { row: OutboxRow; error: unknown }[];
  /** Why others, which were done too, could not be marked so: cron does them again. */
  faults: { error: unknown }[];
}

function throwFirst({ done, failed, faults }: Outcome): number {
  const [first] = [...failed, ...faults];
  if (first) throw first.error;
  return done;
}

async function performAll(services: Services, rows: OutboxRow[]): Promise<Outcome> {
  const done: string[] = [];
  const failed: Outcome['failed'] = [];
  // Who is told of a change and looks must not find what was cached before it.
  for (const row of rows.toSorted((a, b) => Number(isBump(b)) - Number(isBump(a)))) {
    try {
      await perform(services, row);
      done.push(row.id);
    } catch (error) {
      // The rows after it must not wait for what this one needs.
      failed.push({ row, error });
      const { id, topic, requestId } = row;
      logEvent('warn', 'outbox_failed', { outboxId: id, topic, requestId, ...describeError(error) });
    }
  }
  if (done.length === 0) return { done: 0, failed, faults: [] };
  const mark = sql`update outbox set done_at = now() where id = any(${textArray(done)}::text[])`;
  return await runBatch(services.db.service, [enter(null, 'outbox'), mark], { deadline: 'write' }).then(
    () => ({ done: done.length, failed, faults: [] }),
    // What is urgent, and not done, does not wait for this.
    (error: unknown) => ({ done: 0, failed, faults: [{ error }] }),
  );
}

/** What caches would go on to say of a right that has ended. */
function isUrgent({ topic }: OutboxRow): boolean {
  return topic === 'cache.bump' || topic === 'sessions.revoked';
}

function isBump({ topic }: OutboxRow): boolean {
  return topic === 'cache.bump';
}

async function perform(services: Services, row: OutboxRow): Promise<void> {
  const { requestId } = row;
  switch (row.topic) {
    case 'job.started': {
      const run = { ...jobRun().parse(row.payload), requestId };
      await toCoordinator(services, services.coordinator(run.jobId).start(run));
      await reportProgress(services, run.jobId, requestId);
      return;
    }
    case 'job.stopping': {
      const run = { ...jobRun().parse(row.payload), requestId };
      await toCoordinator(services, services.coordinator(run.jobId).stop(run));
      await reportProgress(services, run.jobId, requestId);
      return;
    }
    case 'jobs.stopping': {
      const { runs } = jobRuns().parse(row.payload);
      const stopped = runs.map((run) => services.coordinator(run.jobId).stop({ ...run, requestId }));
      await toCoordinator(
        services,
        Promise.all(stopped).then(() => undefined),
      );
      return;
    }
    case 'sessions.revoked':
      return await endSessions(services, sessionsRevoked().parse(row.payload));
    case 'cache.bump': {
      const { tags, position } = cacheBump().parse(row.payload);
      const at = parseBookmark(position);
      if (!at) throw new Error(`The outbox holds no position: ${position}`);
      return await services.cache.bump(tags.filter(isTag), at);
    }
    case 'room.publish': {
      const { projectId, events } = roomPublish().parse(row.payload);
      const named = events.map(({ bookmark, ...event }, index) => ({
        ...event,
        id: event.id ?? `${row.id}.${index}`,
        ...(requestId !== null && { requestId }),
        ...(bookmark !== undefined && { bookmark }),
      }));
      return await toRoom(services, services.room(projectId).publish(named));
    }
    case 'room.dismiss': {
      const { projectId, userId, code } = roomDismiss().parse(row.payload);
      return await toRoom(services, services.room(projectId).dismiss(userId, code));
    }
    case 'room.close': {
      const { projectId, code } = roomClose().parse(row.payload);
      return await toRoom(services, services.room(projectId).close(code));
    }
    case 'copies.purge': {
      await purgeEverywhere(services, copiesPurge().parse(row.payload));
      return;
    }
    case 'rooms.drain':
      return await drainRooms(services, drainRef().parse(row.payload).drainId);
    case 'rooms.stopDrain':
      return await stopDrainInRooms(services, drainRef().parse(row.payload).drainId);
    default:
      throw new Error(`The outbox holds an unknown topic: ${row.topic}`);
  }
}

/** Neither Redis nor a room that does not answer keeps the others from knowing. */
async function endSessions(
  services: Services,
  { tokenHashes, userId, sessionIds }: z.infer<ReturnType<typeof sessionsRevoked>>,
): Promise<void> {
  const outcomes = await Promise.allSettled([
    services.principals.revoke(tokenHashes),
    ...(userId === undefined ? [] : [endInRooms(services, userId, sessionIds)]),
  ]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

async function endInRooms(services: Services, userId: string, sessionIds: string[]): Promise<void> {
  const results = await runBatch(
    services.db.service,
    [enter(null, 'outbox'), sql`select to_jsonb(project) from app.projects_of(${userId}) as project`],
    { deadline: 'read', readOnly: true },
  );
  const projects = values<string>(results[1]);
  await Promise.all(
    projects.map(
      async (projectId) => await toRoom(services, services.room(projectId).endSessions(userId, sessionIds)),
    ),
  );
}

/** Fails closed: the row is done again later. */
async function toCoordinator({ settings }: Services, call: Promise<void>): Promise<void> {
  await withDeadline(call, settings.deadlines.coordinatorMs, 'the coordinator');
}

/** Fails closed: the row is done again later, and the room knows what it has had already. */
async function toRoom({ settings }: Services, call: Promise<void>): Promise<void> {
  await withDeadline(call, settings.deadlines.roomMs, 'the room');
}
