import { signal } from '@preact/signals';
import type { GalleryStore } from '../state/gallery-store.ts';
import { NOTHING, isEmpty } from './selection.ts';

/** Whether the reader has asked to select: then each press on a tile selects it, and the bar stands also for none. */
export const isSelectMode = signal(false);

/** Whether images are being selected, by the button or because some are. */
export function isSelecting({ selection }: GalleryStore): boolean {
  return isSelectMode.value || !isEmpty(selection.value);
}

/** Takes back what is selected and ends the mode; false when there was neither. */
export function endSelecting(store: GalleryStore): boolean {
  const wasSelecting = isSelecting(store);
  store.selection.value = NOTHING;
  isSelectMode.value = false;
  return wasSelecting;
}
