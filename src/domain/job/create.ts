import { eq, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import type { JobOptions } from '../../crawl/job-options.ts';
import { laneChunkFor } from '../../crawl/lane.ts';
import { crawlJobs, jobTotals } from '../../db/schema/job.ts';
import { enterProject, select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { requireUser } from '../account/require-user.ts';
import { addItems, hashed } from './add-urls.ts';
import { type Job, jobView } from './view.ts';

/** All URLs are canonical, see canonicalUrl; equal ones are collapsed. */
export type CreateJobInput = { options: JobOptions } & (
  | { kind: 'urls'; urls: string[] }
  /** Web pages to find images in. */
  | { kind: 'pages'; pages: string[] }
  | { kind: 'sitemap'; sitemap: string }
);

/** Makes a draft job. Needs the role editor. */
export async function createJob(
  ctx: RequestContext,
  projectId: string,
  input: CreateJobInput,
): Promise<Written<Job>> {
  requireUser(ctx);
  const id = newId('job');
  const laneChunk = laneChunkFor(ctx.services.config.CRAWL_REQUESTS_PER_SECOND);
  const pages = input.kind === 'pages' ? input.pages : [];
  const sources = [
    ...pages.map((url) => ({ kind: 'page', url, depth: 0 })),
    ...(input.kind === 'sitemap' ? [{ kind: 'sitemap', url: input.sitemap, depth: 0 }] : []),
  ];
  return await write<Job>(ctx, {
    authorize: enterProject(projectId, 'editor'),
    effects: [
      sql`insert into ${crawlJobs} (id, project_id, kind, options, total, lane_chunk, created_by)
          values (${id}, ${projectId}, ${input.kind}, ${JSON.stringify(input.options)}::jsonb, 0, ${laneChunk}, app.actor())`,
      sql`insert into ${jobTotals} (job_id, project_id, pending) values (${id}, ${projectId}, 0)`,
      input.kind === 'urls'
        ? addItems(
            id,
            input.urls.map((url) => ({ url })),
          )
        : sql`select app.add_sources(${id}, 0, ${hashed(sources)}::jsonb)`,
    ],
    activity: { action: 'job.created', subjectId: id, projectId, data: { kind: input.kind } },
    status: 201,
    reply: select.select({ json: jobView }).from(crawlJobs).where(eq(crawlJobs.id, id)),
  });
}
