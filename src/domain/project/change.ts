import { eq, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { projects } from '../../db/schema/project.ts';
import { enterProject, must, select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';
import { type Project, projectView } from './view.ts';

interface ProjectChange {
  name?: string | undefined;
  description?: string | undefined;
}

/** Needs the role editor. */
export async function changeProject(
  ctx: RequestContext,
  projectId: string,
  change: ProjectChange,
): Promise<Written<Project>> {
  requireUser(ctx);
  return await write<Project>(ctx, {
    authorize: enterProject(projectId, 'editor'),
    effects: [
      must(
        sql`update ${projects} set name = coalesce(${change.name ?? null}, name),
              description = coalesce(${change.description ?? null}, description), updated_at = now()
            where id = ${projectId} returning id`,
        'not_found',
      ),
    ],
    activity: { action: 'project.changed', subjectId: projectId, projectId, data: change },
    status: 200,
    reply: select.select({ json: projectView }).from(projects).where(eq(projects.id, projectId)),
  });
}
