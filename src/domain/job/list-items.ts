import { asc, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { crawlItems, type ItemStatus } from '../../db/schema/job.ts';
import { enterProjectOfJob, select } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Item, itemView } from './view.ts';

/** The items of a job in the order they were given, all or those of one status. */
export async function listItems(
  ctx: RequestContext,
  jobId: string,
  page: PageInput & { status: ItemStatus | null },
): Promise<Page<Item>> {
  requireUser(ctx);
  const after = page.after === null ? -1 : Number(page.after);
  const byStatus = page.status ? sql`and ${crawlItems.status} = ${page.status}` : sql``;
  const rows = await read<Item>(ctx, {
    authorize: enterProjectOfJob(jobId, 'viewer'),
    query: select
      .select({ json: itemView })
      .from(crawlItems)
      .where(sql`${crawlItems.jobId} = ${jobId} and ${crawlItems.position} > ${after} ${byStatus}`)
      .orderBy(asc(crawlItems.position))
      .limit(page.limit + 1),
  });
  return toPage(rows, page.limit, (item) => item.id);
}
