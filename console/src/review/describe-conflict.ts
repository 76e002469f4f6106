import type { ReviewChange } from '../api/types.ts';
import { t } from '../strings.ts';
import { applyChange, isSameChoice } from './image-state.ts';
import type { Decided, ImageState } from './image-state.ts';
import type { Conflict } from './reviewer.ts';

/** What somebody made of one image first; without what the reader had seen only a review that was chosen shows. */
function describeTheirs(who: string, name: string, state: ImageState, before: Decided | undefined): string {
  const { theirs, actions } = t.review;
  const { review, label } = state;
  if (review !== (before?.review ?? 'undecided')) return theirs.review(who, actions[review], name);
  if (!before) return theirs.any(who, name);
  if (label !== before.label)
    return label === null ? theirs.unlabelled(who, name) : theirs.labelled(who, name, label);
  return isSameChoice(state, before) ? theirs.any(who, name) : theirs.tags(who, name);
}

/** What the reader wanted, as a thing; null: an undo. */
function nameOfMine(change: ReviewChange | null): string {
  const { mine, actions } = t.review;
  if (!change) return mine.undo;
  if (change.review) return actions[change.review];
  if (change.label) return mine.label(change.label);
  return change.label === null ? mine.noLabel : mine.tags;
}

/** The words about a conflict; null where both wanted the same. */
export function describeConflict(
  { images, change, before }: Omit<Conflict, 'projectId'>,
  nameOf: (imageId: string) => string | null,
): string | null {
  const other = images.filter((image) => !change || !isSameChoice(image, applyChange(image, change)));
  const [first] = other;
  if (!first) return null;
  const names = new Set(other.map(({ reviewedBy }) => reviewedBy?.name ?? null));
  const [name] = names;
  const who = names.size === 1 && name ? name : t.review.somebody;
  const theirs =
    other.length === 1
      ? describeTheirs(who, nameOf(first.id) ?? t.review.thisImage, first, before?.[first.id])
      : t.review.theirs.many(who, other.length);
  return `${theirs} ${t.review.notApplied(nameOfMine(change), other.length)}`;
}
