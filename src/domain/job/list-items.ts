import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import type { ItemStatus } from '../../db/schema/job.ts';
import { enterProjectOfJob } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { selectItems } from './select-items.ts';
import type { Item } from './view.ts';

/** The items of a job in the order they were given, all or those of one status and reason. */
export async function listItems(
  ctx: RequestContext,
  jobId: string,
  page: PageInput & { status: ItemStatus | null; reason: string | null },
): Promise<Page<Item>> {
  requireUser(ctx);
  const { status, reason } = page;
  const after = page.after === null ? -1 : Number(page.after);
  const rows = await read<Item>(ctx, {
    from: 'replica',
    authorize: enterProjectOfJob(jobId, 'viewer'),
    query: selectItems(jobId, { after, limit: page.limit + 1, status, reason }),
  });
  return toPage(rows, page.limit, (item) => item.id);
}
