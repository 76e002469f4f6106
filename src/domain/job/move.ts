import { eq, type SQL, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { crawlJobs } from '../../db/schema/job.ts';
import { enterProjectOfJob, select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import type { OutboxMessage } from '../../queues/outbox.ts';
import { type Job, jobView } from './view.ts';

/**
 * Moves a job to another state by a function of the database, and tells its coordinator when it did move. Needs the
 * role editor.
 */
export async function moveJob(
  ctx: RequestContext,
  jobId: string,
  move: { effect: SQL; action: string; topic: OutboxMessage['topic'] },
): Promise<Written<Job>> {
  // Left by app.note_move in the same transaction.
  const hasMoved = sql`current_setting('app.moved') = ${jobId}`;
  return await write<Job>(ctx, {
    authorize: enterProjectOfJob(jobId, 'editor'),
    effects: [move.effect],
    activity: { action: move.action, subjectId: jobId, projectId: sql`app.tenant()`, onlyIf: hasMoved },
    outbox: [
      {
        topic: move.topic,
        payload: sql`select jsonb_build_object('jobId', id, 'epoch', epoch) from ${crawlJobs} where id = ${jobId}`,
        onlyIf: hasMoved,
      },
    ],
    status: 200,
    reply: select.select({ json: jobView }).from(crawlJobs).where(eq(crawlJobs.id, jobId)),
  });
}
