import { describe, expect, it } from 'vitest';
import type { ImageFilter } from '../../../console/src/api/types.ts';
import { matchesDecision } from '../../../src/domain/image/matches-decision.ts';
import { filterSearch, isFiltered, readFilter, withPart } from '../../../console/src/gallery/filter.ts';

describe('the filter in the address', () => {
  it('comes back unchanged, with every part and with text that needs encoding', () => {
    const filter = {
      review: 'keep',
      label: 'cats & dogs',
      tag: 'a=b?#ü',
      jobId: 'job_1',
      host: 'museum.example',
      size: 'large',
      format: 'webp',
      license: 'cc-by-sa',
    } as const;
    expect(readFilter(filterSearch(filter))).toEqual(filter);
  });

  it('is the same address for the same filter, in whatever order it was chosen', () => {
    const one = withPart(withPart({}, 'tag', 'sky'), 'review', 'keep');
    const other = withPart(withPart({}, 'review', 'keep'), 'tag', 'sky');
    expect(filterSearch(one)).toBe('?review=keep&tag=sky');
    expect(filterSearch(other)).toBe(filterSearch(one));
  });

  it('is no query at all without a filter', () => {
    expect([filterSearch({}), readFilter(''), isFiltered({})]).toEqual(['', {}, false]);
    expect(filterSearch(withPart({ review: 'keep' }, 'review', null))).toBe('');
  });

  it.each([
    '?review=perhaps',
    '?size=huge',
    '?format=exe',
    '?tag=',
    '?label=%20',
    `?host=${'x'.repeat(254)}`,
    '?other=1',
    '?sample=1&job',
    '?__proto__=keep',
  ])('%s is ignored', (search) => {
    expect(readFilter(search)).toEqual({});
  });

  it('keeps what is known beside what is not', () => {
    expect(readFilter('?review=perhaps&tag=sky&tag=sea&size=small')).toEqual({ tag: 'sky', size: 'small' });
  });
});

describe('an image that was listed for a filter', () => {
  const image = { review: 'keep', label: 'cat', tags: ['sea', 'sky'] } as const;
  const matches = (filter: ImageFilter) => matchesDecision(image, filter);

  it('no longer matches when a decision took away what it was listed for', () => {
    expect([matches({ review: 'reject' }), matches({ label: 'dog' }), matches({ tag: 'sun' })]).toEqual([
      false,
      false,
      false,
    ]);
    expect(matches({ review: 'keep', label: 'cat', tag: 'sky' })).toBe(true);
  });

  it('matches for all that no decision changes', () => {
    expect(matches({ host: 'a.example', size: 'small', format: 'gif', license: 'none', jobId: 'j' })).toBe(
      true,
    );
  });
});
