import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Image } from '../api/types.ts';
import { Tile } from '../components/tile.tsx';
import { ringOf } from '../live/people.ts';
import { justifyRows, rowOf, rowsBetween, rowsWith } from './justify.ts';
import { moveFocus } from './move-focus.ts';
import { useWindowRows } from './use-window-rows.ts';
import './gallery.css';

const GAP_PX = 4;
const LOAD_AHEAD_PX = 1_200;

interface GalleryProps {
  label: string;
  images: readonly Image[];
  rowHeight: number;
  /** Called when the end of what is loaded comes near; may be called often. */
  onNearEnd: () => void;
  /** The image to have in sight and in focus at the start, or null. */
  revealId: string | null;
  /** Where the page was scrolled when the reader left, or null. */
  restoreY: number | null;
}

/** The place in the list of the tile that an event came from, or null. */
function indexOf(target: EventTarget | null): number | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return cell ? Number(cell.dataset['index']) : null;
}

/** Justified rows of tiles. Only the rows near the screen, and the one with the focus, are in the document. */
export function Gallery({ label, images, rowHeight, onNearEnd, revealId, restoreY }: GalleryProps) {
  const { ref, view } = useWindowRows();
  const layout = useMemo(
    () =>
      view.width === 0
        ? { rows: [], height: 0 }
        : justifyRows(images, { width: view.width, targetHeight: rowHeight, gap: GAP_PX }),
    [images, view.width, rowHeight],
  );
  // The image that has the focus, or is about to: out of the document it would lose it to the page.
  const [heldId, setHeldId] = useState<string | null>(null);
  const isFocusDue = useRef(false);
  const heldIndex = images.findIndex(({ id }) => id === heldId);
  const [first, end] = rowsBetween(layout.rows, view.from, view.to);
  const shownRows = rowsWith(layout.rows, first, end, rowOf(layout.rows, heldIndex));
  const isNearEnd = view.width > 0 && view.to + LOAD_AHEAD_PX > layout.height;

  useEffect(() => {
    if (isNearEnd) onNearEnd();
  }, [isNearEnd, images.length]);

  const isMeasured = view.width > 0;
  useEffect(() => {
    if (!isMeasured) return;
    const index = images.findIndex(({ id }) => id === revealId);
    const row = layout.rows[rowOf(layout.rows, index)];
    const top = ref.current?.offsetTop ?? 0;
    if (row) window.scrollTo(0, Math.max(0, top + row.top - (window.innerHeight - row.height) / 2));
    else if (restoreY !== null) window.scrollTo(0, restoreY);
    if (row && revealId !== null) focusOn(revealId);
  }, [isMeasured]);

  const focusOn = (imageId: string) => {
    isFocusDue.current = true;
    setHeldId(imageId);
  };
  // After the render that brings the row of the tile into the document.
  useLayoutEffect(() => {
    const tile = ref.current?.querySelector<HTMLElement>(`[data-index="${heldIndex}"] a`);
    if (!isFocusDue.current || !tile) return;
    isFocusDue.current = false;
    tile.focus();
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const index = indexOf(event.target);
    if (index === null) return;
    const next = moveFocus(layout.rows, { index, key: event.key, screenHeight: window.innerHeight });
    const image = next === null ? undefined : images[next];
    if (!image) return;
    event.preventDefault();
    focusOn(image.id);
  };
  const onFocusIn = (event: FocusEvent) => {
    const index = indexOf(event.target);
    setHeldId(index === null ? null : (images[index]?.id ?? null));
  };
  const onFocusOut = (event: FocusEvent) => {
    // A window that goes to the back takes no focus away from its tile.
    const list = event.currentTarget;
    if (list instanceof Node && !list.contains(document.activeElement)) setHeldId(null);
  };

  return (
    <div ref={ref}>
      <ul
        class="gallery"
        aria-label={label}
        style={{ height: `${layout.height}px` }}
        onKeyDown={onKeyDown}
        onFocusIn={onFocusIn}
        onFocusOut={onFocusOut}
      >
        {shownRows.flatMap((row) =>
          row.cells.map(({ index, left, width }) => {
            const image = images[index];
            if (!image) return null;
            return (
              <li
                key={image.id}
                class="gallery-cell"
                data-index={index}
                style={{
                  transform: `translate(${left}px, ${row.top}px)`,
                  width: `${width}px`,
                  height: `${row.height}px`,
                }}
              >
                <Tile image={image} ring={ringOf(image.id)} testId="gallery-tile" />
              </li>
            );
          }),
        )}
      </ul>
    </div>
  );
}
