import { describe, expect, it } from 'vitest';
import { lacksOf } from '../../../console/src/gallery/filter-choices.ts';

const FACETS = { labels: ['cat'], tags: ['sea'], hosts: [], licenses: [] };

describe('what filters lack of reviewed images', () => {
  it.each([
    ['a label that is new', { label: 'dog', tags: [] }, true],
    ['a tag that is new', { label: null, tags: ['sea', 'winter'] }, true],
    ['nothing', { label: 'cat', tags: ['sea'] }, false],
    ['nothing of an image without any', { label: null, tags: [] }, false],
  ])('is %s', (_, image, expected) => {
    expect(lacksOf(FACETS, [image])).toBe(expected);
  });

  it('is not known of images that are not listed, or before the filters are read', () => {
    expect(lacksOf(FACETS, null)).toBe(true);
    expect(lacksOf(null, [])).toBe(true);
  });
});
