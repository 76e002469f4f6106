import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { enterProjectOfImage } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import { requireUser } from '../account/require-user.ts';
import { type Image, imagesWhere, type ImageRecord, selectImages, showImage } from './view.ts';

/** Errors: `not_found`, also for an image of a project the caller is not a member of. */
export async function getImageRecord(ctx: RequestContext, imageId: string): Promise<ImageRecord> {
  requireUser(ctx);
  const [record] = await read<ImageRecord>(ctx, {
    from: 'replica',
    authorize: enterProjectOfImage(imageId, 'viewer'),
    query: selectImages(imagesWhere(sql`i.id = ${imageId} and i.deleted_at is null`)),
  });
  if (!record) throw new AppError('not_found', '');
  return record;
}

export async function getImage(ctx: RequestContext, imageId: string): Promise<Image> {
  return showImage(ctx.services, await getImageRecord(ctx, imageId));
}
