import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import type { Review } from '../../db/schema/image.ts';
import { enterProjectOfImage } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { requireUser } from '../account/require-user.ts';
import { type Image, imagesWhere, type ImageRecord, selectImages, showImage } from '../image/view.ts';
import { hasChanged, outcome } from './outcome.ts';
import { reviewedEvent } from './reviewed-event.ts';

/** What is not named stays as it is. */
interface Decision {
  /** The revision that was seen. */
  revision: number;
  review?: Review | undefined;
  label?: string | null | undefined;
  tags?: string[] | undefined;
}

/** `reviewId`: what an undo names; null when nothing changed. */
export interface Decided extends Image {
  reviewId: string | null;
}

/**
 * Decides about one image. Needs the role reviewer. Errors: `stale_revision` with what it is now, when somebody else
 * decided since it was seen; `not_found`, also for an image in the bin; `too_many_tags`.
 */
export async function decide(
  ctx: RequestContext,
  imageId: string,
  { revision, ...change }: Decision,
): Promise<Written<Decided>> {
  requireUser(ctx);
  const reviewId = newId('rev', ctx.services.clock.now());
  const wanted = JSON.stringify([{ id: imageId, revision }]);
  const written = await write<ImageRecord & { reviewId: string | null }>(ctx, {
    authorize: enterProjectOfImage(imageId, 'reviewer'),
    effects: [
      sql`select app.review_images(${reviewId}, ${JSON.stringify(change)}::jsonb, ${wanted}::jsonb)`,
      sql`select app.fail('stale_revision', conflict::text) from jsonb_array_elements(${outcome} -> 'conflicts') as conflict`,
    ],
    activity: {
      action: 'images.reviewed',
      subjectId: reviewId,
      projectId: sql`app.tenant()`,
      data: { change, imageId },
      onlyIf: hasChanged,
    },
    outbox: [reviewedEvent(ctx)],
    status: 200,
    reply: selectImages(imagesWhere(sql`i.id = ${imageId}`), {
      more: sql`jsonb_build_object('reviewId', ${outcome} -> 'reviewId')`,
    }),
  });
  const { reviewId: id, ...record } = written.body;
  return { ...written, body: { ...showImage(ctx.services, record), reviewId: id } };
}
