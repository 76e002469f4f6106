import { eq } from 'drizzle-orm';
import { readCached } from '../../cache/read-cached.ts';
import type { RequestContext } from '../../context.ts';
import { readAt } from '../../db/read.ts';
import { projects } from '../../db/schema/project.ts';
import { enterProject, select } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import { requireUser } from '../account/require-user.ts';
import { projectRef, type SharedProject, toSharedProject } from './cache.ts';
import { type Project, projectView } from './view.ts';

/** Errors: `not_found` for a project the caller is not a member of. */
export async function getProject(ctx: RequestContext, projectId: string): Promise<Project> {
  requireUser(ctx);
  const role = ctx.principal?.roles?.[projectId];
  // Whose role is not known may have joined a moment ago: the database decides.
  if (role === undefined) {
    const { project } = await readProject(ctx, projectId);
    return { ...toSharedProject(project), role: project.role };
  }
  const shared = await readCached<SharedProject>(ctx, projectRef(projectId), async () => {
    const { project, at } = await readProject(ctx, projectId);
    return { value: toSharedProject(project), readAt: at };
  });
  if (!shared) throw new AppError('not_found', '');
  return { ...shared, role };
}

async function readProject(ctx: RequestContext, projectId: string) {
  const { rows, epoch, xmin } = await readAt<Project>(ctx, {
    from: 'replica',
    authorize: enterProject(projectId, 'viewer'),
    query: select.select({ json: projectView }).from(projects).where(eq(projects.id, projectId)),
    confirmNone: true,
  });
  const [project] = rows;
  if (!project) throw new AppError('not_found', '');
  return { project, at: { epoch, xid: xmin } };
}
