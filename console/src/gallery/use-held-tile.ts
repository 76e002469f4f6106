import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import type { Image } from '../api/types.ts';
import { placeIn } from '../state/gallery-store.ts';
import type { GalleryStore } from '../state/gallery-store.ts';
import { placeOfEvent } from './use-gallery-selection.ts';

/**
 * Keeps track of the tile that has the focus, or is about to, so that its row stays in the document. The focus can
 * be sent to any image of the list, also to one that is not loaded yet.
 */
export function useHeldTile(store: GalleryStore, root: RefObject<HTMLElement | null>) {
  const images: readonly Image[] = store.images.value;
  const [heldId, setHeldId] = useState<string | null>(null);
  const isFocusDue = useRef(false);
  /** Where the focus was last; and where it goes once so many images are there. */
  const lastIndex = useRef(-1);
  const awaitedIndex = useRef<number | null>(null);

  const focusOn = (index: number) => {
    const image = images[index];
    awaitedIndex.current = image ? null : index;
    if (!image) return;
    isFocusDue.current = true;
    setHeldId(image.id);
  };

  const heldIndex = heldId === null ? -1 : placeIn(store, heldId);
  if (heldIndex >= 0) lastIndex.current = heldIndex;

  useLayoutEffect(() => {
    const awaited = awaitedIndex.current;
    if (awaited !== null && awaited < images.length) focusOn(awaited);
    // The image with the focus has left the list: the keyboard goes on from the one in its place.
    else if (heldId !== null && heldIndex < 0) focusOn(Math.min(lastIndex.current, images.length - 1));
  }, [images]);
  // After the render that brings the row of the tile into the document.
  useLayoutEffect(() => {
    const tile = root.current?.querySelector<HTMLElement>(`[data-index="${heldIndex}"] a`);
    if (!isFocusDue.current || !tile) return;
    isFocusDue.current = false;
    tile.focus();
  });

  return {
    heldIndex,
    focusOn,
    handlers: {
      onFocusIn: (event: FocusEvent) => {
        const index = placeOfEvent(event.target);
        awaitedIndex.current = null;
        setHeldId(index === null ? null : (images[index]?.id ?? null));
      },
      onFocusOut: ({ currentTarget: list, relatedTarget: to }: FocusEvent) => {
        // Only for a place outside: between two tiles a render could take the second one away before it has the
        // focus, and a window that goes to the back takes it from none.
        if (list instanceof Node && to instanceof Node && !list.contains(to)) setHeldId(null);
      },
    },
  };
}
