import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { jobChunks } from '../../db/schema/job.ts';
import { enterProjectOfJob, select } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Chunk, chunkView } from './view.ts';

/** The chunks of a job by number, all or those of one status. */
export async function listChunks(
  ctx: RequestContext,
  jobId: string,
  page: PageInput & { status: Chunk['status'] | null },
): Promise<Page<Chunk>> {
  requireUser(ctx);
  const after = page.after === null ? -1 : Number(page.after);
  const { jobId: ofJob, chunk, status: ofStatus } = jobChunks;
  // Rows are compared, as in select-items.ts: only the index on statuses has this order.
  const [where, order] = page.status
    ? [
        sql`(${ofStatus}, ${ofJob}, ${chunk}) > (${page.status}, ${jobId}, ${after})
          and (${ofStatus}, ${ofJob}) <= (${page.status}, ${jobId})`,
        sql`${ofStatus}, ${ofJob}, ${chunk}`,
      ]
    : [sql`${ofJob} = ${jobId} and ${chunk} > ${after}`, sql`${chunk}`];
  const rows = await read<Chunk>(ctx, {
    from: 'replica',
    authorize: enterProjectOfJob(jobId, 'viewer'),
    query: select
      .select({ json: chunkView })
      .from(jobChunks)
      .where(where)
      .orderBy(order)
      .limit(page.limit + 1),
  });
  return toPage(rows, page.limit, (chunk) => chunk.id);
}
