import { type SQL, sql } from 'drizzle-orm';
import type { Review } from '../../db/schema/image.ts';

/** What was decided about an image. */
export interface ReviewState {
  id: string;
  review: Review;
  label: string | null;
  /** Sorted. */
  tags: string[];
  /** Raised by every decision. */
  revision: number;
}

/** What became of a review or an undo. */
export interface Reviewed {
  /** What an undo names; null when nothing changed. */
  reviewId: string | null;
  changed: number;
  /** Whether all that matched were changed; if not, the same call goes on. */
  isComplete: boolean;
  /** As they are now; none when they are more than 500. */
  images: ReviewState[];
  /** Left alone, because somebody else decided meanwhile. */
  conflicts: (ReviewState & {
    reviewedBy?: { id: string; name: string } | null;
    reviewedAt?: string | null;
  })[];
  /** Deleted meanwhile. */
  missing: string[];
}

/** Left by app.review_images and app.undo_review for the rest of the batch: a Reviewed without `isComplete`. */
export const outcome: SQL = sql`current_setting('app.reviewed')::jsonb`;

export const hasChanged: SQL = sql`${outcome} ->> 'reviewId' is not null`;

/** Images changed at most by one call that names a filter: a second or so of work. */
export const MAX_MATCHING = 10_000;

export const outcomeReply: SQL = sql`select ${outcome}
  || jsonb_build_object('isComplete', (${outcome} ->> 'changed')::integer < ${MAX_MATCHING}::integer)`;
