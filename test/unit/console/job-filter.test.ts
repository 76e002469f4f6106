import { describe, expect, it } from 'vitest';
import { filterSearch, readFilter } from '../../../console/src/job/job-filter.ts';
import { webAddress } from '../../../console/src/job/web-address.ts';

describe('the filter in the address of an import', () => {
  it.each(['', '?status=failed', '?status=failed&reason=http_4xx', '?status=deferred'])(
    '%j comes back unchanged',
    (search) => {
      expect(filterSearch(readFilter(search))).toBe(search);
    },
  );

  it.each(['?status=nonsense', '?reason=dns', '?other=1', '?status=nonsense&reason=dns'])(
    '%j is no filter',
    (search) => {
      expect(readFilter(search)).toEqual({ status: null, reason: null });
    },
  );

  it('takes no reason that can be none', () => {
    expect(readFilter('?status=failed&reason=%26limit%3D1')).toEqual({ status: 'failed', reason: null });
  });
});

describe('where an address was found', () => {
  it('is a link only when it is of the web', () => {
    expect(webAddress('https://a.example/page')).toBe('https://a.example/page');
    const others = ['javascript:alert(1)', ' JavaScript:alert(1)', 'data:text/html,x', '/page', 'words', ''];
    expect(others.filter((text) => webAddress(text) !== null)).toEqual([]);
    expect(webAddress(null)).toBeNull();
  });
});
