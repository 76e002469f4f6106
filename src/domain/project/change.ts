import { eq, sql } from 'drizzle-orm';
import { tagList } from '../../cache/tag-sql.ts';
import type { RequestContext } from '../../context.ts';
import { projects, type Visibility } from '../../db/schema/project.ts';
import { enterProject, must, select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { requirePerson } from '../account/require-person.ts';
import { requireUser } from '../account/require-user.ts';
import { roomEvent } from '../room/room-event.ts';
import { purgeProject } from './purge-copies.ts';
import { type Project, projectView } from './view.ts';

interface ProjectChange {
  name?: string | undefined;
  description?: string | undefined;
  visibility?: Visibility | undefined;
  labels?: string[] | undefined;
}

/** Needs the role editor; owner, and a person, to change who may see it. */
export async function changeProject(
  ctx: RequestContext,
  projectId: string,
  change: ProjectChange,
): Promise<Written<Project>> {
  const { visibility } = change;
  if (visibility) requirePerson(ctx);
  else requireUser(ctx);
  return await write<Project>(ctx, {
    authorize: enterProject(projectId, visibility ? 'owner' : 'editor'),
    effects: [
      must(
        sql`update ${projects} set name = coalesce(${change.name ?? null}, name),
              description = coalesce(${change.description ?? null}, description),
              labels = coalesce(${change.labels ? JSON.stringify(change.labels) : null}::jsonb, labels), updated_at = now()
            where id = ${projectId} returning id`,
        'not_found',
      ),
      ...(visibility ? [sql`select app.set_visibility(${projectId}, ${visibility})`] : []),
    ],
    tags: tagList(`project:${projectId}`),
    outbox: [
      roomEvent(ctx, { projectId, type: 'project.changed' }),
      ...(visibility === 'private' ? [purgeProject(projectId)] : []),
    ],
    activity: { action: 'project.changed', subjectId: projectId, projectId, data: change },
    status: 200,
    reply: select.select({ json: projectView }).from(projects).where(eq(projects.id, projectId)),
  });
}
