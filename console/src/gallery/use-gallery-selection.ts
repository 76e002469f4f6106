import { placeIn } from '../state/gallery-store.ts';
import type { GalleryStore } from '../state/gallery-store.ts';
import { isSelectMode } from './select-mode.ts';
import { isEmpty, selectTo, toggle } from './selection.ts';
import { useLongPress } from './use-long-press.ts';

/** The place in the list of the tile that an event came from, or null. */
export function placeOfEvent(target: EventTarget | null): number | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return cell ? Number(cell.dataset['index']) : null;
}

/** Selecting by pointer, by finger and from the keyboard, in the list of a store. */
export function useGallerySelection(store: GalleryStore, canSelect: boolean) {
  const listed = { images: store.images.value, placeOf: (id: string) => placeIn(store, id) };
  const idAt = (index: number | null) => (index === null ? undefined : listed.images[index]?.id);

  const toggleAt = (index: number | null) => {
    const id = idAt(index);
    if (id !== undefined) store.selection.value = toggle(store.selection.value, listed, id);
  };
  /** Selects up to a tile; without an anchor from the tile that one comes from. */
  const extendTo = (index: number | null, fromIndex: number | null) => {
    const id = idAt(index);
    if (id === undefined) return;
    store.selection.value = selectTo(store.selection.value, listed, id, idAt(fromIndex) ?? id);
  };

  const longPress = useLongPress((target) => {
    if (canSelect) toggleAt(placeOfEvent(target));
  });
  const onClick = (event: MouseEvent) => {
    const index = placeOfEvent(event.target);
    if (!canSelect || index === null) return;
    const isOnCheck = event.target instanceof Element && event.target.closest('[data-check]') !== null;
    // Enter clicks too, without a press before it.
    const isPress = event.detail > 0;
    const isTap = isPress && longPress.isTouch() && !isEmpty(store.selection.value);
    const isMeant = isTap || isSelectMode.value;
    const isLongPress = isPress && longPress.wasLongPress();
    if (event.altKey || event.ctrlKey || event.metaKey) {
      if (isOnCheck) toggleAt(index);
      return;
    }
    if (!isOnCheck && !event.shiftKey && !isMeant && !isLongPress) return;
    // The tile is a link; with Shift it would open a window.
    event.preventDefault();
    if (isLongPress) return;
    if (event.shiftKey) extendTo(index, null);
    else toggleAt(index);
  };
  return { toggleAt, extendTo, handlers: { ...longPress.handlers, onClick } };
}
