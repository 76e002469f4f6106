import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { projects } from '../../db/schema/project.ts';
import { enterProject, must } from '../../db/statement.ts';
import { write } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';

/** Deletes a project with its jobs and images. Needs the role owner. */
export async function deleteProject(ctx: RequestContext, projectId: string) {
  requireUser(ctx);
  return await write(ctx, {
    authorize: enterProject(projectId, 'owner'),
    effects: [must(sql`delete from ${projects} where id = ${projectId} returning id`, 'not_found')],
    activity: { action: 'project.deleted', subjectId: projectId, projectId },
    status: 204,
  });
}
