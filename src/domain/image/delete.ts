import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { images } from '../../db/schema/image.ts';
import { projects } from '../../db/schema/project.ts';
import { enterProjectOfImage, must } from '../../db/statement.ts';
import { write } from '../../db/write.ts';
import { requireUser } from '../account/require-user.ts';

/** Takes an image out of its project and leaves a tombstone, so that a running export stays whole. */
export async function deleteImage(ctx: RequestContext, imageId: string) {
  requireUser(ctx);
  return await write(ctx, {
    authorize: enterProjectOfImage(imageId, 'editor'),
    effects: [
      must(
        sql`update ${images} set deleted_at = now(), deleted_xid = pg_current_xact_id()
            where id = ${imageId} and deleted_at is null returning id`,
        'not_found',
      ),
      sql`update ${projects} set image_count = image_count - 1, updated_at = now() where id = app.tenant()`,
    ],
    activity: { action: 'image.deleted', subjectId: imageId, projectId: sql`app.tenant()` },
    status: 204,
  });
}
