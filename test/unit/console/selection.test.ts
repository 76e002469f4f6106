import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NOTHING,
  isEmpty,
  isSelected,
  selectAll,
  selectLoaded,
  selectTo,
  toggle,
  without,
} from '../../../console/src/gallery/selection.ts';
import type { Selection } from '../../../console/src/gallery/selection.ts';

const listOf = (ids: string) => {
  const images = [...ids].map((id) => ({ id }));
  return { images, placeOf: (id: string) => images.findIndex((image) => image.id === id) };
};
const list = listOf('abcdefgh');
const ids = (selection: Selection) => [...selection.ids].toSorted().join('');
const click = (selection: Selection, id: string) => toggle(selection, list, id);
const shiftClick = (selection: Selection, id: string) => selectTo(selection, list, id, id);

describe('selecting images', () => {
  it('takes an image in and out again', () => {
    const two = click(click(NOTHING, 'b'), 'd');
    expect(ids(two)).toBe('bd');
    expect(ids(click(two, 'b'))).toBe('d');
    expect(isEmpty(click(click(two, 'b'), 'd'))).toBe(true);
  });

  it('goes from the last chosen image to another, in either direction', () => {
    expect(ids(shiftClick(click(NOTHING, 'c'), 'f'))).toBe('cdef');
    expect(ids(shiftClick(click(NOTHING, 'f'), 'c'))).toBe('cdef');
  });

  it('replaces the last range from the same image, and keeps what was selected before', () => {
    const start = click(click(NOTHING, 'a'), 'd');
    const wide = shiftClick(start, 'g');
    expect(ids(wide)).toBe('adefg');
    expect(ids(shiftClick(wide, 'e'))).toBe('ade');
    expect(ids(shiftClick(shiftClick(wide, 'e'), 'b'))).toBe('abcd');
  });

  it('starts at the tile that the keyboard comes from when nothing was chosen', () => {
    const first = selectTo(NOTHING, list, 'd', 'c');
    expect(ids(first)).toBe('cd');
    expect(ids(selectTo(first, list, 'e', 'd'))).toBe('cde');
    expect(ids(selectTo(first, list, 'c', 'd'))).toBe('c');
  });

  it('adds only the image when its anchor has left the list', () => {
    const gone = without(click(click(NOTHING, 'a'), 'd'), new Set(['d']));
    expect(ids(shiftClick(gone, 'f'))).toBe('af');
  });

  it('holds for images that come later when all that match are selected', () => {
    const all = selectAll(list);
    expect(isSelected(all, 'not loaded yet')).toBe(true);
    expect(isSelected(selectLoaded(list), 'not loaded yet')).toBe(false);
    expect(ids(all)).toBe('abcdefgh');
  });

  it('leaves the loaded ones but for one when that one is taken out of all', () => {
    const longer = listOf('abcdefghi');
    const left = toggle(selectAll(list), longer, 'c');
    expect([left.isAll, ids(left)]).toEqual([false, 'abdefghi']);
  });

  it('forgets images that left, and is the same object when none did', () => {
    const some = shiftClick(click(NOTHING, 'a'), 'd');
    expect(ids(without(some, new Set(['b', 'x'])))).toBe('acd');
    expect(without(some, new Set(['x']))).toBe(some);
  });

  it('has after any ranges from one anchor exactly the last one and what was there before', () => {
    const letter = fc.constantFrom(...'abcdefgh');
    fc.assert(
      fc.property(fc.array(letter), letter, fc.array(letter, { minLength: 1 }), (before, anchor, heads) => {
        const start = click(
          [...new Set(before)].filter((id) => id !== anchor).reduce(click, NOTHING),
          anchor,
        );
        const end = heads.reduce(shiftClick, start);
        const [from, to] = [list.placeOf(anchor), list.placeOf(heads.at(-1) ?? anchor)].toSorted(
          (one, other) => one - other,
        );
        const range = list.images.slice(from, (to ?? 0) + 1).map(({ id }) => id);
        expect(end.ids).toEqual(new Set([...start.ids, ...range]));
      }),
    );
  });
});
