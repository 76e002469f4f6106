import { useLayoutEffect } from 'preact/hooks';
import type { ReviewChange } from '../api/types.ts';
import { currentProject } from '../state/project.ts';
import { placeIn } from '../state/gallery-store.ts';
import type { GalleryStore } from '../state/gallery-store.ts';
import { redoReview, reviewImages, targetOf, undoReview } from './bulk.ts';
import { endSelecting } from './select-mode.ts';
import { selectLoaded } from './selection.ts';
import { placeOfEvent } from './use-gallery-selection.ts';

const REVIEW_KEYS: Readonly<Record<string, ReviewChange>> = {
  p: { review: 'keep' },
  x: { review: 'reject' },
  u: { review: 'undecided' },
};

/** Where keys have a meaning of their own. */
const OWN_KEYS = 'input:not([type=range]), textarea, select, dialog, [role=menu], [role=listbox]';

function changeOf(key: string): ReviewChange | null {
  const decision = REVIEW_KEYS[key];
  if (decision) return decision;
  const label = /^[1-9]$/.test(key) ? currentProject.value?.project?.labels[Number(key) - 1] : undefined;
  return label === undefined ? null : { label };
}

/** The keys of the gallery: P X U, the digits of the labels, Z, Ctrl+A and Escape; for who may decide. */
export function useGalleryKeys(store: GalleryStore, canSelect: boolean): void {
  useLayoutEffect(() => {
    if (!canSelect) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.defaultPrevented || event.altKey) return;
      if (target instanceof Element && target.closest(OWN_KEYS)) return;
      // A dialog that is open is about something else.
      if (document.querySelector('dialog[open]')) return;
      if (act(event, target)) event.preventDefault();
    };
    const act = (event: KeyboardEvent, target: EventTarget | null): boolean => {
      const key = event.key.toLowerCase();
      const images = store.images.value;
      if (event.ctrlKey || event.metaKey) {
        if (key !== 'a' || event.shiftKey || images.length === 0) return false;
        store.selection.value = selectLoaded({ images, placeOf: (id) => placeIn(store, id) });
        return true;
      }
      if (key === 'escape') return endSelecting(store);
      if (key === 'z') {
        if (event.shiftKey) redoReview(store);
        else undoReview(store);
        return true;
      }
      const change = changeOf(key);
      const place = placeOfEvent(target);
      const on = change && targetOf(store, place === null ? null : (images[place]?.id ?? null));
      if (!change || !on) return false;
      reviewImages(store, on, change);
      return true;
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [store, canSelect]);
}
