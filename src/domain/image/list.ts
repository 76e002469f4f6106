import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { enterProject } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requireUser } from '../account/require-user.ts';
import type { PageInput } from '../page.ts';
import { type ImageFilter, selectMatching } from './filter.ts';
import { type Image, type ImageRecord, selectImages, showImage } from './view.ts';

/** The images of a project that match, newest first. */
export async function listImages(
  ctx: RequestContext,
  projectId: string,
  input: PageInput & { filter: ImageFilter },
): Promise<Page<Image>> {
  requireUser(ctx);
  const page = { after: input.after, limit: input.limit + 1, columns: sql`i.*` };
  const rows = await read<ImageRecord>(ctx, {
    from: 'replica',
    authorize: enterProject(projectId, 'viewer'),
    query: selectImages(selectMatching(projectId, input.filter, page), { order: sql`order by i.id desc` }),
  });
  const { data, nextCursor } = toPage(rows, input.limit, (image) => image.id);
  return { data: data.map((record) => showImage(ctx.services, record)), nextCursor };
}
