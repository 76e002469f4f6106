import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { images } from '../../db/schema/image.ts';
import { enterProject } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Image, type ImageRecord, selectImages, showImage } from './view.ts';

/** Microseconds since 1970 of the deletion, and the image: images that were deleted together share the time. */
export const BINNED_KEY = /^\d{1,17}\.img_[0-9a-z]{26}$/;

/** The images in the bin of a project, last deleted first; none that is due to be purged. */
export async function listBinnedImages(
  ctx: RequestContext,
  projectId: string,
  page: PageInput,
): Promise<Page<Image>> {
  requireUser(ctx);
  const [micros = null, id = null] = page.after?.split('.') ?? [];
  const at = sql`(timestamptz 'epoch' + ${micros}::bigint * interval '1 microsecond')`;
  const rows = await read<ImageRecord & { key: string }>(ctx, {
    from: 'replica',
    authorize: enterProject(projectId, 'viewer'),
    query: selectImages(
      sql`select i.* from ${images} i where i.project_id = ${projectId}
        and i.deleted_at > now() - interval '30 days'
        and (${id}::text is null or (i.deleted_at, i.id) < (${at}, ${id}))
        order by i.deleted_at desc, i.id desc limit ${page.limit + 1}`,
      {
        order: sql`order by i.deleted_at desc, i.id desc`,
        more: sql`jsonb_build_object('key', (extract(epoch from i.deleted_at) * 1000000)::bigint || '.' || i.id)`,
      },
    ),
  });
  const { data, nextCursor } = toPage(rows, page.limit, (row) => row.key);
  return { data: data.map(({ key: _key, ...image }) => showImage(ctx.services, image)), nextCursor };
}
