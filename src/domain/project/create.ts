import { eq, sql } from 'drizzle-orm';
import { tagList } from '../../cache/tag-sql.ts';
import type { RequestContext } from '../../context.ts';
import { projects } from '../../db/schema/project.ts';
import { select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { requireUser } from '../account/require-user.ts';
import { type Project, projectView } from './view.ts';

/** Makes a project whose owner is the caller. */
export async function createProject(
  ctx: RequestContext,
  input: { name: string; description: string },
): Promise<Written<Project>> {
  const { userId } = requireUser(ctx);
  const id = newId('prj');
  return await write<Project>(ctx, {
    effects: [sql`select app.create_project(${id}, ${input.name}, ${input.description})`],
    activity: { action: 'project.created', subjectId: id, projectId: id },
    tags: tagList(`user:${userId}`),
    status: 201,
    reply: select.select({ json: projectView }).from(projects).where(eq(projects.id, id)),
  });
}
