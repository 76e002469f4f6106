import { sql } from 'drizzle-orm';
import { runBatch, values } from '../../db/batch.ts';
import { bookmarkOf, enterRead, readPosition } from '../../db/position.ts';
import { crawlJobs } from '../../db/schema/job.ts';
import { selectCalls } from '../../db/statement.ts';
import { formatBookmark } from '../../lib/bookmark.ts';
import { withDeadline } from '../../lib/deadline.ts';
import { describeError, logEvent } from '../../observability/logger.ts';
import { progressKey } from '../../rooms/protocol.ts';
import type { Services } from '../../services.ts';
import { type Progress, selectProgress } from './progress.ts';

interface Reported {
  projectId: string;
  /** When Postgres looked, in ms since 1970: what was seen later is newer. */
  version: number;
  progress: Progress & Record<string, unknown>;
}

/**
 * Shows the room of a job's project how far the job is. Resolves with whether anybody sees it; a job that is gone is
 * seen by nobody. Never rejects: it is only news, and who missed it reads the job's progress, which is the truth.
 * `requestId`: of the request that began it, if one did.
 */
export async function reportProgress(
  services: Services,
  jobId: string,
  requestId: string | null,
): Promise<boolean> {
  try {
    return await tellRoom(services, jobId, requestId);
  } catch (error) {
    logEvent('warn', 'progress_not_told', {
      jobId,
      requestId: requestId ?? services.scope.requestId,
      ...describeError(error),
    });
    return false;
  }
}

async function tellRoom(services: Services, jobId: string, requestId: string | null): Promise<boolean> {
  const results = await runBatch(
    services.db.service,
    [
      selectCalls(enterRead(null, requestId ?? 'progress')),
      sql`select jsonb_build_object('projectId', job.project_id, 'progress', seen.progress,
          'version', extract(epoch from clock_timestamp()) * 1000)
        from ${crawlJobs} job, lateral (${selectProgress(jobId)}) as seen(progress) where job.id = ${jobId}`,
    ],
    { deadline: 'read', readOnly: true, isolation: 'RepeatableRead', requestId },
  );
  const [seen] = values<Reported>(results[1]);
  if (!seen) return false;
  const { projectId, progress, version } = seen;
  const bookmark = formatBookmark(bookmarkOf(readPosition(results[0])));
  const told = services.room(projectId).setLatest(progressKey(jobId), progress, version, bookmark);
  return (await withDeadline(told, services.settings.deadlines.roomNewsMs, 'the room')).watched;
}
