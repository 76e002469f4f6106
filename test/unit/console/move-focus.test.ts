import { describe, expect, it } from 'vitest';
import { justifyRows } from '../../../console/src/gallery/justify.ts';
import { moveFocus } from '../../../console/src/gallery/move-focus.ts';

/** Ten rows of three tiles, 104 px apart; the last row has one tile only. */
const layout = justifyRows(
  Array.from({ length: 28 }, () => ({ width: 100, height: 100 })),
  { width: 308, targetHeight: 100, gap: 4 },
);
const go = (index: number, key: string) => moveFocus(layout, { index, key, screenHeight: 420 });

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
    const low = (key: string) => moveFocus(layout, { index: 4, key, screenHeight: 60 });
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
