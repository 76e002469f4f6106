import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Image, Review, ReviewChange } from '../api/types.ts';
import { movesOn } from '../state/move-on.ts';
import { t } from '../strings.ts';
import { isForPage, readReviewKey } from './review-keys.ts';
import type { ReviewKey } from './review-keys.ts';
import { decide, redo, undo } from './review-store.ts';

interface ReviewOf {
  image: Image | null;
  /** The images to go through, and the place of `image` among them, or -1. */
  images: readonly Image[];
  index: number;
  labels: readonly string[];
  canDecide: boolean;
  /** Whether images are still to be loaded behind the last one. */
  hasMore: boolean;
  goTo: (image: Image) => void;
  nameOf: (image: Image) => string;
  /** `T` and Escape. */
  onTags: () => void;
  onLeave: () => void;
}

export interface ReviewControls {
  decide: (review: Review) => void;
  change: (change: ReviewChange) => void;
  undo: () => void;
  redo: () => void;
  /** What to tell those who do not see the image change. */
  announcement: string;
}

/** Deciding about the image on the well, with the keyboard and without. */
export function useReview(parts: ReviewOf): ReviewControls {
  const { image, images, index, labels, canDecide, goTo } = parts;
  const [announcement, setAnnouncement] = useState('');
  /** The image that was decided about, while the next one is still to come. */
  const dueAfter = useRef<string | null>(null);

  const change = (change: ReviewChange) => {
    if (image && canDecide) decide(image.projectId, [image], change);
  };
  const decideAndMoveOn = (review: Review) => {
    if (!image || !canDecide) return;
    // The way on is not there yet: a second press is meant for the next image, not for this one.
    if (dueAfter.current === image.id && parts.hasMore) return;
    change({ review });
    const next = index < 0 || !movesOn.value ? undefined : images[index + 1];
    dueAfter.current = movesOn.value && !next ? image.id : null;
    const state = t.review.states[review];
    setAnnouncement(next ? t.review.announce(state, parts.nameOf(next)) : state);
    if (next) goTo(next);
  };
  const goBackTo = (imageIds: readonly string[] | null) => {
    // What was undone is to be seen; of a bulk action no single image is.
    const only = imageIds?.length === 1 ? images.find(({ id }) => id === imageIds[0]) : undefined;
    if (only && only.id !== image?.id) goTo(only);
  };
  const takeBack = () => {
    if (image && canDecide) goBackTo(undo(image.projectId));
  };
  const doAgain = () => {
    if (image && canDecide) goBackTo(redo(image.projectId));
  };
  const toggleLabel = (label: string | undefined) => {
    if (label !== undefined) change({ label: image?.label === label ? null : label });
  };
  const goToIndex = (at: number) => {
    const target = index < 0 ? undefined : images[at];
    if (target) goTo(target);
  };

  const act = (key: ReviewKey) => {
    switch (key.kind) {
      case 'decide':
        return decideAndMoveOn(key.review);
      case 'label':
        return toggleLabel(labels[key.index]);
      case 'undo':
        return takeBack();
      case 'redo':
        return doAgain();
      case 'tags':
        return canDecide ? parts.onTags() : undefined;
      case 'leave':
        return parts.onLeave();
      case 'previous':
        return goToIndex(index - 1);
      case 'next':
        return goToIndex(index + 1);
      case 'first':
        return goToIndex(0);
      case 'last':
        return goToIndex(images.length - 1);
    }
  };

  useLayoutEffect(() => {
    const next = image && dueAfter.current === image.id ? images[index + 1] : undefined;
    if (!next) return;
    dueAfter.current = null;
    goTo(next);
  }, [images.length]);

  // Not after the paint: a second quick press would still be about the image before.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const key = isForPage(event) ? readReviewKey(event) : null;
      if (!key) return;
      event.preventDefault();
      act(key);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  });

  return { decide: decideAndMoveOn, change, undo: takeBack, redo: doAgain, announcement };
}
