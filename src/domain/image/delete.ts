import { sql } from 'drizzle-orm';
import { ENTERED_PROJECT } from '../../cache/tag-sql.ts';
import type { RequestContext } from '../../context.ts';
import { images } from '../../db/schema/image.ts';
import { projects } from '../../db/schema/project.ts';
import { enterProject, enterProjectOfImage, must, textArray } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';
import { purgeTenant } from '../project/purge-copies.ts';
import { roomEvent } from '../room/room-event.ts';

/** Moves an image to the bin for 30 days. Needs the role editor. Errors: `not_found`, also for one that is there. */
export async function deleteImage(ctx: RequestContext, imageId: string): Promise<Written<null>> {
  requireUser(ctx);
  return await write(ctx, {
    authorize: enterProjectOfImage(imageId, 'editor'),
    effects: [must(moveToBin([imageId]), 'not_found'), countDown(1)],
    activity: { action: 'image.deleted', subjectId: imageId, projectId: sql`app.tenant()` },
    tags: ENTERED_PROJECT,
    outbox: [roomEvent(ctx, { type: 'images.deleted', data: idsOf([imageId]) }), purgeTenant()],
    status: 204,
  });
}

/** Moves images of a project to the bin; those that are there already, or never were, do no harm. Needs the role editor. */
export async function deleteImages(
  ctx: RequestContext,
  projectId: string,
  ids: string[],
): Promise<Written<{ changed: number }>> {
  requireUser(ctx);
  const changed = sql`current_setting('app.binned')::integer`;
  return await write<{ changed: number }>(ctx, {
    authorize: enterProject(projectId, 'editor'),
    effects: [
      sql`with moved as (${moveToBin(ids)}) select set_config('app.binned', (select count(*) from moved)::text, true)`,
      countDown(changed),
    ],
    activity: {
      action: 'images.deleted',
      subjectId: projectId,
      projectId,
      data: { ids },
      onlyIf: sql`${changed} > 0`,
    },
    tags: ENTERED_PROJECT,
    outbox: [
      roomEvent(ctx, { type: 'images.deleted', data: idsOf(ids), onlyIf: sql`${changed} > 0` }),
      purgeTenant(sql`${changed} > 0`),
    ],
    status: 200,
    reply: sql`select jsonb_build_object('changed', ${changed})`,
  });
}

/** Leaves a tombstone with its transaction, so that a running export stays whole. */
function moveToBin(ids: string[]) {
  return sql`update ${images} set deleted_at = now(), deleted_xid = pg_current_xact_id()
    where id = any(${textArray(ids)}::text[]) and project_id = app.tenant() and deleted_at is null returning id`;
}

function countDown(by: unknown) {
  return sql`update ${projects} set image_count = image_count - ${by}, updated_at = now() where id = app.tenant()`;
}

function idsOf(ids: string[]) {
  return sql`${JSON.stringify({ ids })}::jsonb`;
}
