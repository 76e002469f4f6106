import { describe, expect, it } from 'vitest';
import { MAX_TAG_LENGTH, readTags, suggestTags } from '../../../console/src/review/tag-text.ts';

describe('tags that are typed', () => {
  it('are lower case, without blanks around, and none twice', () => {
    expect(readTags(' Dusk, harbour ,,dusk\nold pier')).toEqual(['dusk', 'harbour', 'old pier']);
  });

  it('are cut where they are too long', () => {
    expect(readTags('x'.repeat(60))).toEqual(['x'.repeat(MAX_TAG_LENGTH)]);
  });
});

describe('suggested tags', () => {
  const known = ['dawn', 'dusk', 'old wood', 'wood'];

  it('are those that begin with the text, then those that hold it', () => {
    expect(suggestTags('wo', known, [])).toEqual(['wood', 'old wood']);
    expect(suggestTags('', known, ['dusk'])).toEqual(['dawn', 'old wood', 'wood']);
  });

  it('are neither the text itself nor a tag that the image has', () => {
    expect(suggestTags('wood', known, [])).toEqual(['old wood']);
    expect(suggestTags('da', known, ['dawn'])).toEqual([]);
  });
});
