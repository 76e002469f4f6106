import { useEffect, useMemo, useRef } from 'preact/hooks';
import { GalleryCell } from './gallery-cell.tsx';
import { cellsOf, justifyRows, rowOf } from './justify.ts';
import type { GalleryLayout } from './justify.ts';
import { filterSearch } from './filter.ts';
import { moveFocus } from './move-focus.ts';
import { pickRows } from './pick-rows.ts';
import { isSelecting } from './select-mode.ts';
import { placeOfEvent, useGallerySelection } from './use-gallery-selection.ts';
import { useHeldTile } from './use-held-tile.ts';
import { useWindowRows } from './use-window-rows.ts';
import { placeIn } from '../state/gallery-store.ts';
import type { GalleryStore } from '../state/gallery-store.ts';
import './gallery.css';

const GAP_PX = 4;
/** A page is asked for before its rows are needed: about half a second of a fast flick. */
const LOAD_AHEAD_PX = 3_000;

interface GalleryProps {
  label: string;
  store: GalleryStore;
  rowHeight: number;
  canSelect: boolean;
  /** Called when the end of what is loaded comes near; may be called often. */
  onNearEnd: () => void;
  /** The image to have in sight and in focus at the start, or null. */
  revealId: string | null;
  /** Where the page was scrolled when the reader left, or null. */
  restoreY: number | null;
}

/** The rows of a list; a longer list takes over the rows that it shares with the one before. */
function useLayout(store: GalleryStore, width: number, targetHeight: number): GalleryLayout {
  const images = store.images.value;
  const before = useRef<GalleryLayout | null>(null);
  return useMemo(() => {
    const shown = width === 0 ? [] : images;
    before.current = justifyRows(shown, { width, targetHeight, gap: GAP_PX }, before.current);
    return before.current;
  }, [images, width, targetHeight]);
}

/** Justified rows of tiles. Only the rows near the screen, and the one with the focus, are in the document. */
export function Gallery(props: GalleryProps) {
  const { label, store, rowHeight, canSelect, onNearEnd, revealId, restoreY } = props;
  const images = store.images.value;
  const { ref, view } = useWindowRows();
  const layout = useLayout(store, view.width, rowHeight);
  const { rows } = layout;
  const held = useHeldTile(store, ref);
  const selecting = useGallerySelection(store, canSelect);
  const search = filterSearch(store.filter);

  const isMeasured = view.width > 0;
  const isNearEnd = isMeasured && view.to + LOAD_AHEAD_PX > layout.height;
  useEffect(() => {
    if (isNearEnd) onNearEnd();
  }, [isNearEnd, images.length]);

  useEffect(() => {
    if (!isMeasured) return;
    const index = revealId === null ? -1 : placeIn(store, revealId);
    const row = rows[rowOf(rows, index)];
    const top = ref.current?.offsetTop ?? 0;
    if (row) window.scrollTo(0, Math.max(0, top + row.top - (window.innerHeight - row.height) / 2));
    else if (restoreY !== null) window.scrollTo(0, restoreY);
    if (row) held.focusOn(index);
  }, [isMeasured]);

  const hasMore = store.nextCursor.value !== null && store.problem.value === null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const index = placeOfEvent(event.target);
    if (index === null) return;
    const { key } = event;
    if (key === 'Tab') {
      // The last tile of those loaded is not the last one: Tab waits for the next.
      if (event.shiftKey || index < images.length - 1 || !hasMore) return;
      event.preventDefault();
      held.focusOn(images.length);
      onNearEnd();
      return;
    }
    if (key === ' ' && canSelect) {
      event.preventDefault();
      if (event.shiftKey) selecting.extendTo(index, index);
      else selecting.toggleAt(index);
      return;
    }
    const next = moveFocus(layout, { index, key, screenHeight: window.innerHeight });
    if (next === null) return;
    event.preventDefault();
    if (event.shiftKey && canSelect) selecting.extendTo(next, index);
    held.focusOn(next);
  };

  return (
    <div ref={ref} class={isSelecting(store) ? 'gallery-selecting' : ''}>
      <ul
        class="gallery"
        aria-label={label}
        style={{ height: `${layout.height}px` }}
        onKeyDown={onKeyDown}
        {...held.handlers}
        {...selecting.handlers}
      >
        {pickRows(rows, { ...view, heldIndex: held.heldIndex }).flatMap((row) =>
          cellsOf(layout, row).map(({ index, left, width }) => {
            const image = images[index];
            if (!image) return null;
            const place = { index, left, top: row.top, width, height: row.height };
            // Beyond the limits of the layout the tile has another shape than the image.
            const isFilled = layout.aspects[index] === Math.fround(image.width / image.height);
            return (
              <GalleryCell key={image.id} {...{ store, image, search, canSelect, isFilled }} {...place} />
            );
          }),
        )}
      </ul>
    </div>
  );
}
