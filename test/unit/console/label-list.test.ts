import { describe, expect, it } from 'vitest';
import { labelFault, moveLabel } from '../../../console/src/settings/label-list.ts';

describe('another label', () => {
  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['x'.repeat(41), 'tooLong'],
    ['OWL', 'known'],
    [' owl ', 'known'],
    ['gull', null],
    ['x'.repeat(40), null],
  ])('%j has the fault %s', (text, fault) => {
    expect(labelFault(['owl', 'heron'], text)).toBe(fault);
  });

  it('is not the fifty-first', () => {
    const labels = Array.from({ length: 50 }, (_, index) => `label ${index}`);
    expect(labelFault(labels.slice(1), 'one more')).toBeNull();
    expect(labelFault(labels, 'one more')).toBe('full');
  });
});

describe('the order of labels', () => {
  it('changes by one place, and not beyond the ends', () => {
    const labels = ['a', 'b', 'c'];
    expect(moveLabel(labels, 1, -1)).toEqual(['b', 'a', 'c']);
    expect(moveLabel(labels, 1, 1)).toEqual(['a', 'c', 'b']);
    expect(moveLabel(labels, 0, -1)).toEqual(labels);
    expect(moveLabel(labels, 2, 1)).toEqual(labels);
    expect(moveLabel(labels, 3, -1)).toEqual(labels);
    expect(labels).toEqual(['a', 'b', 'c']);
  });
});
