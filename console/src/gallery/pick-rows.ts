import { rowOf, rowsBetween } from './justify.ts';
import type { GalleryRow } from './justify.ts';

interface Sight {
  /** The part of the gallery that the screen shows, in pixels from its top. */
  from: number;
  to: number;
  /** The place of the image that has the focus, or -1. */
  heldIndex: number;
}

/** Also of a screen full of small tiles the document holds fewer images than this. */
const MAX_IMAGES = 190;
/** Beyond the screen, in screens; enough for a flick between two renders. */
const MARGIN_SCREENS = 1;

/**
 * The rows to have in the document, in order: those in sight, as many around them as the budget allows, and the
 * row with the focus with the two beside it. Out of the document a tile would lose the focus to the page; without
 * the rows beside it, Tab would lead past the tiles that are not there.
 */
export function pickRows(rows: readonly GalleryRow[], { from, to, heldIndex }: Sight): GalleryRow[] {
  const held = rowOf(rows, heldIndex);
  const beside = held < 0 ? [] : rows.slice(Math.max(0, held - 1), held + 2);
  let [first, end] = rowsBetween(rows, from, to);
  const margin = (to - from) * MARGIN_SCREENS;
  const [least, most] = rowsBetween(rows, from - margin, to + margin);
  let budget = MAX_IMAGES - countImages(beside) - countImages(rows.slice(first, end));

  // In turn below and above, so that neither way of scrolling meets blank rows first.
  for (let isBelow = true; first > least || end < most; isBelow = !isBelow) {
    if (isBelow ? end >= most : first <= least) continue;
    const row = rows[isBelow ? end : first - 1];
    budget -= row ? row.end - row.start : 0;
    if (budget < 0) break;
    if (isBelow) end += 1;
    else first -= 1;
  }

  const outside = (row: GalleryRow) => row.top < (rows[first]?.top ?? Infinity);
  const shown = rows.slice(first, end);
  const isShown = new Set(shown);
  return [
    ...beside.filter((row) => !isShown.has(row) && outside(row)),
    ...shown,
    ...beside.filter((row) => !isShown.has(row) && !outside(row)),
  ];
}

function countImages(rows: readonly GalleryRow[]): number {
  return rows.reduce((sum, { start, end }) => sum + end - start, 0);
}
