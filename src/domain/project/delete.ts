import { sql } from 'drizzle-orm';
import { tagList } from '../../cache/tag-sql.ts';
import type { RequestContext } from '../../context.ts';
import { enterProject } from '../../db/statement.ts';
import { write } from '../../db/write.ts';
import { CLOSE } from '../../rooms/protocol.ts';
import { requireUser } from '../account/require-user.ts';
import { purgeProject } from './purge-copies.ts';

/**
 * Moves a project with its jobs and images to the bin for 30 days; jobs under way are stopped. Needs the role owner.
 */
export async function deleteProject(ctx: RequestContext, projectId: string) {
  requireUser(ctx);
  const stopped = sql`current_setting('app.stopped')::jsonb`;
  return await write(ctx, {
    authorize: enterProject(projectId, 'owner'),
    effects: [sql`select app.bin_project()`],
    activity: { action: 'project.deleted', subjectId: projectId, projectId },
    tags: tagList(`project:${projectId}`),
    outbox: [
      {
        topic: 'jobs.stopping',
        payload: sql`select jsonb_build_object('runs', ${stopped})`,
        onlyIf: sql`${stopped} <> '[]'`,
      },
      { topic: 'room.close', payload: { projectId, code: CLOSE.gone } },
      purgeProject(projectId),
    ],
    status: 204,
  });
}
