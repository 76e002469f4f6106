import type { Image, ReviewChange } from '../api/types.ts';

/** What was decided about an image, by whom, and at which revision it is. */
export type ImageState = Pick<
  Image,
  'id' | 'review' | 'label' | 'tags' | 'revision' | 'reviewedBy' | 'reviewedAt'
>;

/** The part of it that a person chooses. */
export type Decided = Pick<ImageState, 'review' | 'label' | 'tags'>;

export type Person = NonNullable<ImageState['reviewedBy']>;

/** The state alone, of an image or of anything that has one. */
export function stateOf(image: ImageState): ImageState {
  const { id, review, label, tags, revision, reviewedBy, reviewedAt } = image;
  return { id, review, label, tags, revision, reviewedBy, reviewedAt };
}

/** The choice alone, as an undo puts it back. */
export function decidedOf({ review, label, tags }: Decided): Decided {
  return { review, label, tags };
}

/** What a change makes of a choice; what it does not name stays. */
export function applyChange(decided: Decided, change: ReviewChange): Decided {
  const removed = new Set(change.removeTags);
  const tags = new Set([...decided.tags.filter((tag) => !removed.has(tag)), ...(change.addTags ?? [])]);
  return {
    review: change.review ?? decided.review,
    label: change.label === undefined ? decided.label : change.label,
    tags: [...tags].sort(),
  };
}

export function isSameChoice(one: Decided, other: Decided): boolean {
  return (
    one.review === other.review &&
    one.label === other.label &&
    one.tags.length === other.tags.length &&
    one.tags.every((tag, index) => tag === other.tags[index])
  );
}
