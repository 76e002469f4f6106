import { createHash } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import type { JobOptions } from '../../crawl/job-options.ts';
import type { RequestContext } from '../../context.ts';
import { crawlItems, crawlJobs, jobTotals } from '../../db/schema/job.ts';
import { enterProject, select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { requireUser } from '../account/require-user.ts';
import { type Job, jobView } from './view.ts';

/**
 * URLs a queue message stands for. A batch of ten such messages stays under the 15 minutes of an invocation
 * also when every URL runs into its deadline (200 x 15 s / 6 at a time), and far under its 10,000 subrequests.
 */
export const CHUNK_SIZE = 20;
const DEADLINE_MS = 20_000;

interface CreateJobInput {
  kind: 'urls';
  /** Canonical, see canonicalUrl; equal ones are collapsed. */
  urls: string[];
  options: JobOptions;
}

/** Makes a draft job with one item for every different URL. Needs the role editor. */
export async function createJob(
  ctx: RequestContext,
  projectId: string,
  input: CreateJobInput,
): Promise<Written<Job>> {
  requireUser(ctx);
  const id = newId('job');
  const urls = [...new Set(input.urls)];
  const rows = urls.map((url) => ({ url, hash: createHash('sha256').update(url).digest('hex') }));
  return await write<Job>(ctx, {
    authorize: enterProject(projectId, 'editor'),
    effects: [
      sql`insert into ${crawlJobs} (id, project_id, kind, options, total, created_by)
          values (${id}, ${projectId}, ${input.kind}, ${JSON.stringify(input.options)}::jsonb, ${urls.length}, app.actor())`,
      sql`insert into ${jobTotals} (job_id, project_id, pending) values (${id}, ${projectId}, ${urls.length})`,
      sql`insert into ${crawlItems} (job_id, position, project_id, chunk, url, url_hash)
          select ${id}, place - 1, ${projectId}, (place - 1) / ${CHUNK_SIZE}::integer, item->>'url', decode(item->>'hash', 'hex')
          from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) with ordinality as list(item, place)`,
    ],
    activity: {
      action: 'job.created',
      subjectId: id,
      projectId,
      data: { kind: input.kind, total: urls.length },
    },
    status: 201,
    reply: select.select({ json: jobView }).from(crawlJobs).where(eq(crawlJobs.id, id)),
    deadlineMs: DEADLINE_MS,
  });
}
