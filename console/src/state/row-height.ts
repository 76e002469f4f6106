import { signal } from '@preact/signals';

/** Heights of a gallery row, in pixels. */
export const ROW_HEIGHTS = [96, 160, 240] as const;
type RowHeight = (typeof ROW_HEIGHTS)[number];

const STORAGE_KEY = 'darkroom-row-height';

function readRowHeight(): RowHeight {
  try {
    const stored = Number(localStorage.getItem(STORAGE_KEY));
    return ROW_HEIGHTS.find((height) => height === stored) ?? 160;
  } catch {
    return 160;
  }
}

export const rowHeight = signal<RowHeight>(readRowHeight());

/** Chooses a height and remembers it on this device. */
export function chooseRowHeight(height: RowHeight): void {
  rowHeight.value = height;
  try {
    localStorage.setItem(STORAGE_KEY, String(height));
  } catch {
    // Storage may be forbidden; the height then lasts until the page is left.
  }
}
