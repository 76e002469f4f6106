import { asc, type SQL, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { crawlItems, crawlJobs, type ItemStatus } from '../../db/schema/job.ts';
import { enterProjectOfJob, select } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Item, itemView } from './view.ts';

/** Items that have the status, or read as `skipped` because their job was ended before they had a result. */
function byStatus(jobId: string, status: ItemStatus): SQL {
  const isOver = sql`(select ended_by is not null from ${crawlJobs} where id = ${jobId})`;
  if (status === 'skipped') {
    return sql`and (${crawlItems.status} = 'skipped' or ${crawlItems.status} in ('pending', 'deferred') and ${isOver})`;
  }
  if (status === 'pending' || status === 'deferred') {
    return sql`and ${crawlItems.status} = ${status} and not ${isOver}`;
  }
  return sql`and ${crawlItems.status} = ${status}`;
}

/** Items without a result read as skipped for the reason that ended their job; of no other status is that asked. */
function byReason(status: ItemStatus | null, reason: string): SQL {
  const isFinal = status !== null && !['pending', 'deferred', 'skipped'].includes(status);
  if (isFinal) return sql`and ${crawlItems.reason} = ${reason}`;
  return sql`and case when ${crawlItems.status} in ('pending', 'deferred')
    then coalesce(job.ended_by, ${crawlItems.reason}) else ${crawlItems.reason} end = ${reason}`;
}

/** The items of a job in the order they were given, all or those of one status and reason. */
export async function listItems(
  ctx: RequestContext,
  jobId: string,
  page: PageInput & { status: ItemStatus | null; reason: string | null },
): Promise<Page<Item>> {
  requireUser(ctx);
  const after = page.after === null ? -1 : Number(page.after);
  const rows = await read<Item>(ctx, {
    authorize: enterProjectOfJob(jobId, 'viewer'),
    query: select
      .select({ json: itemView })
      .from(sql`${crawlItems} cross join (select ended_by from ${crawlJobs} where id = ${jobId}) job`)
      .where(
        sql`${crawlItems.jobId} = ${jobId} and ${crawlItems.position} > ${after}
          ${page.status ? byStatus(jobId, page.status) : sql``}
          ${page.reason ? byReason(page.status, page.reason) : sql``}`,
      )
      .orderBy(asc(crawlItems.position))
      .limit(page.limit + 1),
  });
  return toPage(rows, page.limit, (item) => item.id);
}
