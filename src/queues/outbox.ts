import { type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { READ_DEADLINE_MS, runBatch, values, WRITE_DEADLINE_MS } from '../db/batch.ts';
import { enter, textArray } from '../db/statement.ts';
import { reportProgress } from '../domain/job/report-progress.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { Services } from '../services.ts';

const jobRun = z.object({ jobId: z.string(), epoch: z.int().positive() });
const jobRuns = z.object({ runs: z.array(jobRun) });
const sessionsRevoked = z.object({
  tokenHashes: z.array(z.string()),
  userId: z.string().optional(),
  sessionIds: z.array(z.string()).default([]),
});
const roomPublish = z.object({
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
});
const roomDismiss = z.object({ projectId: z.string(), userId: z.string(), code: z.int() });
const roomClose = z.object({ projectId: z.string(), code: z.int() });

/** What must happen after a commit, exactly because of it: written in the same transaction, done afterwards. */
export interface OutboxMessage {
  topic:
    | 'job.started'
    | 'job.stopping'
    | 'jobs.stopping'
    | 'sessions.revoked'
    | 'room.publish'
    | 'room.dismiss'
    | 'room.close';
  /** The payload as JSON, or the SQL of a jsonb value when only the database knows it. */
  payload: object | SQL;
  onlyIf?: SQL;
}

interface ClaimedRow {
  id: string;
  topic: string;
  payload: unknown;
  requestId: string | null;
}

/** A claimed row that was not marked done is tried again after this long, doubled each time up to an hour. */
const CLAIM_SECONDS = 30;
const MAX_CLAIM_SECONDS = 3_600;
const COORDINATOR_DEADLINE_MS = 20_000;
const ROOM_DEADLINE_MS = 10_000;

/**
 * Does what the waiting outbox rows ask for: those named, or up to 100 that are due. Every row is done at
 * least once; all of it can be repeated without harm. Returns how many rows were done; rejects with the first
 * failure after every row was tried.
 */
export async function dispatchOutbox(services: Services, ids?: string[]): Promise<number> {
  const due = sql`select id from outbox where done_at is null and available_at <= now()
    and ${ids ? sql`id = any(${textArray(ids)}::text[])` : sql`true`}
    order by available_at limit 100 for update skip locked`;
  const results = await runBatch(
    services.db.service,
    [
      enter(null, 'outbox'),
      sql`update outbox set attempts = attempts + 1, available_at = now() + make_interval(secs => least(${CLAIM_SECONDS}::integer * 2 ^ attempts, ${MAX_CLAIM_SECONDS}::integer))
          where id in (${due})
          returning jsonb_build_object('id', id, 'topic', topic, 'payload', payload, 'requestId', request_id)`,
    ],
    { deadlineMs: WRITE_DEADLINE_MS },
  );
  const done: string[] = [];
  const failures: unknown[] = [];
  for (const row of values<ClaimedRow>(results[1])) {
    try {
      await perform(services, row);
      done.push(row.id);
    } catch (error) {
      // The rows after it must not wait for what this one needs.
      failures.push(error);
    }
  }
  if (done.length > 0) {
    const mark = sql`update outbox set done_at = now() where id = any(${textArray(done)}::text[])`;
    await runBatch(services.db.service, [enter(null, 'outbox'), mark], { deadlineMs: WRITE_DEADLINE_MS });
  }
  if (failures.length > 0) throw failures[0];
  return done.length;
}

async function perform(services: Services, row: ClaimedRow): Promise<void> {
  switch (row.topic) {
    case 'job.started': {
      const run = jobRun.parse(row.payload);
      await toCoordinator(services.coordinator(run.jobId).start(run));
      await reportProgress(services, run.jobId);
      return;
    }
    case 'job.stopping': {
      const run = jobRun.parse(row.payload);
      await toCoordinator(services.coordinator(run.jobId).stop(run));
      await reportProgress(services, run.jobId);
      return;
    }
    case 'jobs.stopping': {
      const { runs } = jobRuns.parse(row.payload);
      await toCoordinator(
        Promise.all(runs.map((run) => services.coordinator(run.jobId).stop(run))).then(() => undefined),
      );
      return;
    }
    case 'sessions.revoked':
      return await endSessions(services, sessionsRevoked.parse(row.payload));
    case 'room.publish': {
      const { projectId, events } = roomPublish.parse(row.payload);
      const named = events.map(({ bookmark, ...event }, index) => ({
        ...event,
        id: event.id ?? `${row.id}.${index}`,
        ...(bookmark !== undefined && { bookmark }),
      }));
      return await toRoom(services.room(projectId).publish(named));
    }
    case 'room.dismiss': {
      const { projectId, userId, code } = roomDismiss.parse(row.payload);
      return await toRoom(services.room(projectId).dismiss(userId, code));
    }
    case 'room.close': {
      const { projectId, code } = roomClose.parse(row.payload);
      return await toRoom(services.room(projectId).close(code));
    }
    default:
      throw new Error(`The outbox holds an unknown topic: ${row.topic}`);
  }
}

/** Neither Redis nor a room that does not answer keeps the others from knowing. */
async function endSessions(
  services: Services,
  { tokenHashes, userId, sessionIds }: z.infer<typeof sessionsRevoked>,
): Promise<void> {
  const outcomes = await Promise.allSettled([
    services.sessions.drop(tokenHashes),
    ...(userId === undefined ? [] : [endInRooms(services, userId, sessionIds)]),
  ]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

async function endInRooms(services: Services, userId: string, sessionIds: string[]): Promise<void> {
  const results = await runBatch(
    services.db.service,
    [enter(null, 'outbox'), sql`select to_jsonb(project) from app.projects_of(${userId}) as project`],
    { deadlineMs: READ_DEADLINE_MS, readOnly: true },
  );
  const projects = values<string>(results[1]);
  await Promise.all(
    projects.map(async (projectId) => await toRoom(services.room(projectId).endSessions(userId, sessionIds))),
  );
}

/** Fails closed: the row is done again later. */
async function toCoordinator(call: Promise<void>): Promise<void> {
  await withDeadline(call, COORDINATOR_DEADLINE_MS, 'the coordinator');
}

/** Fails closed: the row is done again later, and the room knows what it has had already. */
async function toRoom(call: Promise<void>): Promise<void> {
  await withDeadline(call, ROOM_DEADLINE_MS, 'the room');
}
