import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import type { Review } from '../../db/schema/image.ts';
import { enterProject, textArray } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { requireUser } from '../account/require-user.ts';
import { type ImageFilter, selectMatching } from '../image/filter.ts';
import { hasChanged, MAX_MATCHING, outcomeReply, type Reviewed } from './outcome.ts';
import { reviewedEvent } from './reviewed-event.ts';

/** What is not named stays as it is. */
export interface ReviewChange {
  review?: Review | undefined;
  label?: string | null | undefined;
  addTags?: string[] | undefined;
  removeTags?: string[] | undefined;
}

/** Images as they were seen, or all that match. */
type Which = { images: { id: string; revision: number }[] } | { filter: ImageFilter };

/**
 * Decides about many images of a project alike, as one review, which one undo takes back. Images that somebody else
 * decided about since they were seen are left alone and told. Needs the role reviewer. Errors: `not_found` when all of
 * them were deleted; `too_many_tags`.
 */
export async function reviewMany(
  ctx: RequestContext,
  projectId: string,
  { change, ...which }: { change: ReviewChange } & Which,
): Promise<Written<Reviewed>> {
  requireUser(ctx);
  const reviewId = newId('rev', ctx.services.clock.now());
  const wanted =
    'images' in which
      ? sql`${JSON.stringify(which.images)}::jsonb`
      : sql`(select coalesce(jsonb_agg(jsonb_build_object('id', id)), '[]') from (${selectMatching(
          projectId,
          which.filter,
          { after: null, limit: MAX_MATCHING },
          wouldChange(change),
        )}) matching)`;
  return await write<Reviewed>(ctx, {
    authorize: enterProject(projectId, 'reviewer'),
    effects: [sql`select app.review_images(${reviewId}, ${JSON.stringify(change)}::jsonb, ${wanted})`],
    activity: {
      action: 'images.reviewed',
      subjectId: reviewId,
      projectId,
      data: { change },
      onlyIf: hasChanged,
    },
    outbox: [reviewedEvent(ctx)],
    status: 200,
    reply: outcomeReply,
  });
}

/** So that a call that is repeated until it is complete comes to an end. */
function wouldChange({ review, label, addTags, removeTags }: ReviewChange) {
  return sql`(${sql.join(
    [
      ...(review === undefined ? [] : [sql`i.review <> ${review}`]),
      ...(label === undefined ? [] : [sql`i.label is distinct from ${label}`]),
      ...(addTags?.length ? [sql`not i.tags @> ${textArray(addTags)}::text[]`] : []),
      ...(removeTags?.length ? [sql`i.tags && ${textArray(removeTags)}::text[]`] : []),
      sql`false`,
    ],
    sql` or `,
  )})`;
}
