import { describe, expect, it } from 'vitest';
import { pickRows } from '../../../console/src/gallery/pick-rows.ts';

/** 1,000 rows of so many tiles, 104 px apart. */
const rowsOf = (tiles: number) =>
  Array.from({ length: 1000 }, (_, row) => ({
    top: row * 104,
    height: 100,
    start: row * tiles,
    end: (row + 1) * tiles,
  }));
const pick = (tiles: number, fromRow: number, heldRow = -1) =>
  pickRows(rowsOf(tiles), {
    from: fromRow * 104,
    to: fromRow * 104 + 6 * 104 - 4,
    heldIndex: heldRow < 0 ? -1 : heldRow * tiles,
  }).map(({ top }) => top / 104);
const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('the rows kept in the document', () => {
  it('are those in sight and a screen above and below', () => {
    expect(pick(5, 100)).toEqual(span(94, 111));
  });

  it('end with the list', () => {
    expect(pick(5, 0)).toEqual(span(0, 11));
    expect(pick(5, 997)).toEqual(span(991, 999));
  });

  it('hold less around the screen when tiles are small, and never more than the budget', () => {
    const rows = pick(20, 100);
    expect(rows).toEqual(span(99, 107));
    expect(rows.length * 20).toBeLessThan(200);
  });

  it('always hold all that is in sight', () => {
    expect(pick(80, 100)).toEqual(span(100, 105));
  });

  it('hold the row with the focus and the two beside it, in order, so that Tab goes on from there', () => {
    expect(pick(5, 100, 10)).toEqual([9, 10, 11, ...span(94, 111)]);
    expect(pick(5, 100, 500)).toEqual([...span(94, 111), 499, 500, 501]);
    expect(pick(5, 100, 0).slice(0, 3)).toEqual([0, 1, 94]);
    expect(pick(5, 100, 999).slice(-2)).toEqual([998, 999]);
  });

  it('hold no row twice', () => {
    expect(pick(5, 100, 102)).toEqual(span(94, 111));
    expect(pick(5, 100, 111)).toEqual(span(94, 112));
    expect(pick(5, 100, 94)).toEqual(span(93, 111));
  });
});
