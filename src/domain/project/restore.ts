import { eq, sql } from 'drizzle-orm';
import { tagList } from '../../cache/tag-sql.ts';
import type { RequestContext } from '../../context.ts';
import { projects } from '../../db/schema/project.ts';
import { select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';
import { type Project, projectView } from './view.ts';

/** Takes a project out of the bin, with all that was in it. Needs the role owner. Errors: `not_found` if it is not there. */
export async function restoreProject(ctx: RequestContext, projectId: string): Promise<Written<Project>> {
  requireUser(ctx);
  return await write<Project>(ctx, {
    authorize: sql`app.restore_project(${projectId})`,
    effects: [],
    activity: { action: 'project.restored', subjectId: projectId, projectId },
    tags: tagList(`project:${projectId}`),
    status: 200,
    reply: select.select({ json: projectView }).from(projects).where(eq(projects.id, projectId)),
  });
}
