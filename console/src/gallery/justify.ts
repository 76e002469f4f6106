interface Sized {
  width: number;
  height: number;
}

interface Cell {
  index: number;
  left: number;
  width: number;
}

export interface GalleryRow {
  top: number;
  height: number;
  cells: Cell[];
}

interface GalleryLayout {
  rows: GalleryRow[];
  height: number;
}

interface LayoutOptions {
  /** Pixels to fill, at least 1. */
  width: number;
  /** Row height to come close to, in pixels. */
  targetHeight: number;
  gap: number;
}

/** Outside this range a tile would be a sliver nobody can hit; the image is letterboxed instead. */
const MIN_ASPECT = 0.4;
const MAX_ASPECT = 5;

function aspectOf({ width, height }: Sized): number {
  if (width <= 0 || height <= 0) return 1;
  return Math.min(MAX_ASPECT, Math.max(MIN_ASPECT, width / height));
}

/** Places one row edge to edge; rounding is given to the last cell so that the right edge is flush. */
function placeRow(aspects: number[], start: number, top: number, height: number, options: LayoutOptions) {
  const isFull = height > 0;
  const used = isFull ? height : options.targetHeight;
  let left = 0;
  const cells = aspects.map((aspect, offset) => {
    const isLast = offset === aspects.length - 1;
    const natural = Math.max(1, Math.floor(aspect * used));
    const width = isLast && isFull ? options.width - left : Math.min(natural, options.width - left);
    const cell = { index: start + offset, left, width };
    left += width + options.gap;
    return cell;
  });
  return { top, height: Math.round(used), cells };
}

/**
 * Justified rows with aspect kept: a row is closed as soon as its images, at the target height, fill the
 * width, and is then scaled to fit exactly. Each row depends only on the images before it, so appending a
 * page never moves an earlier row. The last, unfilled row keeps the target height.
 */
export function justifyRows(images: readonly Sized[], options: LayoutOptions): GalleryLayout {
  const rows: GalleryRow[] = [];
  let top = 0;
  let start = 0;
  let aspects: number[] = [];
  let sum = 0;

  const closeRow = (height: number, next: number) => {
    const row = placeRow(aspects, start, top, height, options);
    rows.push(row);
    top += row.height + options.gap;
    start = next;
    aspects = [];
    sum = 0;
  };

  images.forEach((image, index) => {
    const aspect = aspectOf(image);
    aspects.push(aspect);
    sum += aspect;
    const free = options.width - options.gap * (aspects.length - 1);
    if (sum * options.targetHeight >= free) closeRow(Math.max(1, free / sum), index + 1);
  });
  if (aspects.length > 0) closeRow(0, images.length);
  return { rows, height: Math.max(0, top - options.gap) };
}

/** The half-open range of rows that touch `from`..`to` pixels, by binary search. */
export function rowsBetween(rows: readonly GalleryRow[], from: number, to: number): [number, number] {
  const firstWhere = (test: (row: GalleryRow) => boolean): number => {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = rows[middle];
      if (row && test(row)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return [firstWhere((row) => row.top + row.height >= from), firstWhere((row) => row.top > to)];
}

/** The row that holds the image at `index`, or -1. */
export function rowOf(rows: readonly GalleryRow[], index: number): number {
  return rows.findIndex(({ cells }) => {
    const first = cells[0];
    return first !== undefined && index >= first.index && index < first.index + cells.length;
  });
}

/** The rows from `first` up to `end`, and row `extra` wherever it is (-1: none), in order. */
export function rowsWith(
  rows: readonly GalleryRow[],
  first: number,
  end: number,
  extra: number,
): readonly GalleryRow[] {
  return rows.filter((_, index) => (index >= first && index < end) || index === extra);
}
