import { eq } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { projects } from '../../db/schema/project.ts';
import { enterProject, select } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import { requireUser } from '../account/require-user.ts';
import { type Project, projectView } from './view.ts';

/** Errors: `not_found` for a project the caller is not a member of. */
export async function getProject(ctx: RequestContext, projectId: string): Promise<Project> {
  requireUser(ctx);
  const [project] = await read<Project>(ctx, {
    from: 'replica',
    authorize: enterProject(projectId, 'viewer'),
    query: select.select({ json: projectView }).from(projects).where(eq(projects.id, projectId)),
  });
  if (!project) throw new AppError('not_found', '');
  return project;
}
