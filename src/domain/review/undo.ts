import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { type Written, write } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { requireUser } from '../account/require-user.ts';
import { hasChanged, outcomeReply, type Reviewed } from './outcome.ts';
import { reviewedEvent } from './reviewed-event.ts';

/**
 * Takes a review back wherever its outcome still stands. The undo is a review of its own: undoing it is to redo. Needs
 * the role reviewer. Errors: `not_found`, also 30 days after the review.
 */
export async function undoReview(ctx: RequestContext, reviewId: string): Promise<Written<Reviewed>> {
  requireUser(ctx);
  const undoId = newId('rev', ctx.services.clock.now());
  return await write<Reviewed>(ctx, {
    authorize: sql`app.enter_project(app.project_of_review(${reviewId}), 'reviewer')`,
    effects: [sql`select app.undo_review(${undoId}, ${reviewId})`],
    activity: {
      action: 'images.review_undone',
      subjectId: undoId,
      projectId: sql`app.tenant()`,
      data: { undone: reviewId },
      onlyIf: hasChanged,
    },
    outbox: [reviewedEvent(ctx)],
    status: 200,
    reply: outcomeReply,
  });
}
