import { describe, expect, it } from 'vitest';
import { rowsWith } from '../../../console/src/gallery/justify.ts';
import type { GalleryRow } from '../../../console/src/gallery/justify.ts';
import { moveFocus } from '../../../console/src/gallery/move-focus.ts';

/** Ten rows of three tiles, 104 px apart; the last row has one tile only. */
const rows: GalleryRow[] = Array.from({ length: 10 }, (_, row) => ({
  top: row * 104,
  height: 100,
  cells: [0, 1, 2]
    .map((column) => ({ index: row * 3 + column, left: column * 104, width: 100 }))
    .slice(0, row === 9 ? 1 : 3),
}));
const go = (index: number, key: string) => moveFocus(rows, { index, key, screenHeight: 420 });

describe('moving through the gallery by keys', () => {
  it.each([
    ['ArrowRight', 4, 5],
    ['ArrowLeft', 4, 3],
    ['ArrowRight', 5, 6],
    ['ArrowDown', 4, 7],
    ['ArrowUp', 4, 1],
    ['Home', 14, 0],
    ['End', 14, 27],
    ['PageDown', 1, 10],
    ['PageUp', 13, 4],
  ])('%s leads from image %i to image %i', (key, from, to) => {
    expect(go(from, key)).toBe(to);
  });

  it('ends at the last and at the first row, also by whole pages', () => {
    expect([go(23, 'PageDown'), go(4, 'PageUp'), go(26, 'ArrowDown')]).toEqual([27, 1, 27]);
  });

  it('moves one row at least when the screen is lower than a row', () => {
    const low = (key: string) => moveFocus(rows, { index: 4, key, screenHeight: 60 });
    expect([low('PageDown'), low('PageUp')]).toEqual([7, 1]);
  });

  it.each([
    ['ArrowLeft', 0],
    ['ArrowUp', 1],
    ['Home', 0],
    ['PageUp', 2],
    ['ArrowRight', 27],
    ['ArrowDown', 27],
    ['End', 27],
    ['PageDown', 27],
    ['Enter', 4],
    ['Home', 99],
  ])('%s at image %i is left to the page', (key, from) => {
    expect(go(from, key)).toBeNull();
  });
});

describe('the rows kept in the document', () => {
  const tops = (first: number, end: number, extra: number) =>
    rowsWith(rows, first, end, extra).map(({ top }) => top / 104);

  it('are those in sight and the one with the focus, once and in order', () => {
    expect(tops(4, 6, -1)).toEqual([4, 5]);
    expect(tops(4, 6, 0)).toEqual([0, 4, 5]);
    expect(tops(4, 6, 9)).toEqual([4, 5, 9]);
    expect(tops(4, 6, 5)).toEqual([4, 5]);
  });
});
