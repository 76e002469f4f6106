import { cellsOf, firstRowWhere, rowOf } from './justify.ts';
import type { GalleryLayout, GalleryRow } from './justify.ts';

interface Move {
  /** The image that has the focus. */
  index: number;
  /** As KeyboardEvent names it. */
  key: string;
  /** Height of the part of the page in sight, in pixels. */
  screenHeight: number;
}

/** The row that a key leads to from row `at`, or null when the key does not go up or down. */
function rowAfter(rows: readonly GalleryRow[], at: number, { key, screenHeight }: Move): number | null {
  const { top = 0, height = 0 } = rows[at] ?? {};
  // One row of the page left stays in sight.
  const page = screenHeight - height;
  switch (key) {
    case 'ArrowDown':
      return at + 1;
    case 'ArrowUp':
      return at - 1;
    case 'PageDown':
      return Math.max(at + 1, firstRowWhere(rows, (row) => row.top > top + page) - 1);
    case 'PageUp':
      return Math.min(
        at - 1,
        firstRowWhere(rows, (row) => row.top >= top - page),
      );
    default:
      return null;
  }
}

/** The image that a key moves the focus to, or null when the key is not for the gallery or leads nowhere. */
export function moveFocus(layout: GalleryLayout, move: Move): number | null {
  const { rows } = layout;
  const { index, key } = move;
  const at = rowOf(rows, index);
  const row = rows[at];
  const cell = row && cellsOf(layout, row)[index - row.start];
  if (!cell) return null;
  const last = layout.aspects.length - 1;

  const alongRow: Readonly<Record<string, number>> = {
    ArrowRight: index + 1,
    ArrowLeft: index - 1,
    Home: 0,
    End: last,
  };
  const beside = alongRow[key];
  if (beside !== undefined) return beside === index || beside < 0 || beside > last ? null : beside;

  const rowIndex = rowAfter(rows, at, move);
  const target = rowIndex === null ? undefined : rows[rowIndex];
  if (!target) return null;
  const middle = cell.left + cell.width / 2;
  const below = cellsOf(layout, target).find(({ left, width }) => left + width > middle);
  return below?.index ?? target.end - 1;
}
