import { type SQL, sql } from 'drizzle-orm';
import { ENTERED_PROJECT } from '../../cache/tag-sql.ts';
import type { RequestContext } from '../../context.ts';
import { enterProject } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';
import { roomEvent } from '../room/room-event.ts';

export interface Restored {
  changed: number;
  /** Images whose content is in the project again: they stay in the bin. */
  conflicts: string[];
}

/** Left by app.restore_images: {changed, restored, conflicts}. */
const restored: SQL = sql`current_setting('app.restored')::jsonb`;

/** Takes images of a project out of the bin. Needs the role editor. Those that are not there do no harm. */
export async function restoreImages(
  ctx: RequestContext,
  projectId: string,
  ids: string[],
): Promise<Written<Restored>> {
  requireUser(ctx);
  const hasChanged = sql`(${restored} ->> 'changed')::integer > 0`;
  return await write<Restored>(ctx, {
    authorize: enterProject(projectId, 'editor'),
    effects: [sql`select app.restore_images(${JSON.stringify(ids)}::jsonb)`],
    activity: {
      action: 'images.restored',
      subjectId: projectId,
      projectId,
      data: { ids },
      onlyIf: hasChanged,
    },
    tags: ENTERED_PROJECT,
    outbox: [
      roomEvent(ctx, {
        type: 'images.restored',
        data: sql`jsonb_build_object('ids', ${restored} -> 'restored')`,
        onlyIf: hasChanged,
      }),
    ],
    status: 200,
    reply: sql`select ${restored} - 'restored'`,
  });
}
