import type { ImageFilter, ReviewChange, Reviewed } from '../api/types.ts';
import type { Decision } from './decision.ts';
import type { ImageState } from './image-state.ts';
import type { Ledger } from './ledger.ts';

/** The calls of the API that decisions make. Each throws ProblemError. */
export interface ReviewCalls {
  review: (
    projectId: string,
    change: ReviewChange,
    of: { images: readonly { id: string; revision: number }[] } | { filter: ImageFilter },
    key: string,
  ) => Promise<Reviewed>;
  undo: (reviewId: string, key: string) => Promise<Reviewed>;
  look: (imageId: string) => Promise<ImageState>;
}

const NOTHING: Reviewed = { reviewId: null, changed: 0, isComplete: true, images: [], conflicts: [] };

/**
 * Makes the next call of a decision. Its key and its body are the same at every attempt: the key counts the calls
 * that were answered, and the revisions are written down before the first one.
 */
export async function sendDecision(
  decision: Decision,
  calls: ReviewCalls,
  ledger: Ledger,
  save: (decision: Decision) => void,
): Promise<Reviewed> {
  const { id, projectId, done } = decision;
  switch (decision.kind) {
    case 'change': {
      const images = ledger.seal(decision);
      save(decision);
      return await calls.review(projectId, decision.change, { images }, id);
    }
    case 'matching':
      return await calls.review(
        projectId,
        decision.change,
        { filter: decision.filter },
        `${id}-${done.length}`,
      );
    case 'undo': {
      const todo = decision.todo ?? [];
      const reviewId = todo.at(-1);
      if (reviewId === undefined) return NOTHING;
      return await calls.undo(reviewId, `${id}-${todo.length}-${done.length}`);
    }
  }
}
