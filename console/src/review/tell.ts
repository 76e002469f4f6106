import { explainProblem } from '../api/explain-problem.ts';
import type { Problem } from '../api/problem.ts';
import type { ReviewChange } from '../api/types.ts';
import { showToast } from '../state/toasts.ts';
import { t } from '../strings.ts';
import { applyChange, isSameChoice } from './image-state.ts';
import type { Conflict } from './reviewer.ts';

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

/** Who came first, and the way to insist. Says nothing where both wanted the same. */
export function tellConflict(
  { images, change }: Pick<Conflict, 'images' | 'change'>,
  nameOf: (imageId: string) => string | null,
  insist: () => void,
): void {
  const other = images.filter((image) => !change || !isSameChoice(image, applyChange(image, change)));
  const names = new Set(other.map(({ reviewedBy }) => reviewedBy?.name ?? null));
  if (other.length === 0) return;
  const [name] = names;
  const who = names.size === 1 && name ? name : t.review.somebody;
  const image = nameOf(other[0]?.id ?? '') ?? t.review.thisImage;
  const say = change ? t.review.tooLate : t.review.undoTooLate;
  const text = say(who, other.length, image);
  showToast(text, {
    kind: 'error',
    ...(change && { action: { label: t.review.applyAnyway, run: insist } }),
  });
}

export function tellGone(count: number): void {
  showToast(t.review.gone(count), { kind: 'error' });
}

/** A decision that the service will not take. */
export function tellFailure(problem: Problem): void {
  showToast(`${t.review.notSaved} ${explainProblem(problem).title}`, { kind: 'error' });
}
