import { explainProblem } from '../api/explain-problem.ts';
import type { Problem } from '../api/problem.ts';
import type { ReviewChange } from '../api/types.ts';
import { showToast } from '../state/toasts.ts';
import { t } from '../strings.ts';
import { describeConflict } from './describe-conflict.ts';
import type { Conflict, Reverted } from './reviewer.ts';

/** A change in words; `count` null: of all images that match. */
export function describeChange(change: ReviewChange, count: number | null): string {
  const images = count === null ? t.review.matching : t.projects.images(count);
  const [added] = change.addTags ?? [];
  const [removed] = change.removeTags ?? [];
  if (change.review) return t.review.decided[change.review](images);
  if (change.label) return t.review.labelled(images, change.label);
  if (change.label === null) return t.review.unlabelled(images);
  if (added !== undefined) return t.review.tagged(images, (change.addTags ?? []).join(', '));
  return t.review.untagged(images, removed === undefined ? '' : (change.removeTags ?? []).join(', '));
}

/** Who came first with what, and the way to insist. Says nothing where both wanted the same. */
export function tellConflict(
  conflict: Omit<Conflict, 'projectId'>,
  nameOf: (imageId: string) => string | null,
  insist: () => void,
): void {
  const text = describeConflict(conflict, nameOf);
  const { change } = conflict;
  if (text === null) return;
  const label = change?.review ? t.review.insist(t.review.actions[change.review]) : t.review.applyAnyway;
  showToast(text, { kind: 'error', ...(change && { action: { label, run: insist } }) });
}

/** What an undo or a redo of more than one image has begun; a single one is seen. */
export function tellReverted({ count }: Reverted, say: (images: string) => string): void {
  if (count !== 1) showToast(say(count === null ? t.review.allMatching : t.projects.images(count)));
}

export function tellGone(count: number): void {
  showToast(t.review.gone(count), { kind: 'error' });
}

/** A decision that the service will not take. */
export function tellFailure(problem: Problem): void {
  showToast(`${t.review.notSaved} ${explainProblem(problem).title}`, { kind: 'error' });
}
