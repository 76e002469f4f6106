import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { enterProject } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type Image, type ImageRecord, selectImages, showImage } from './view.ts';

/** The images of a project, newest first. */
export async function listImages(
  ctx: RequestContext,
  projectId: string,
  page: PageInput,
): Promise<Page<Image>> {
  requireUser(ctx);
  const rows = await read<ImageRecord>(ctx, {
    authorize: enterProject(projectId, 'viewer'),
    query: selectImages(
      sql`i.project_id = ${projectId} and i.deleted_at is null
        and (${page.after}::text is null or i.id < ${page.after})`,
      sql`order by i.id desc limit ${page.limit + 1}`,
    ),
  });
  const { data, nextCursor } = toPage(rows, page.limit, (image) => image.id);
  return { data: data.map((record) => showImage(ctx.services, record)), nextCursor };
}
