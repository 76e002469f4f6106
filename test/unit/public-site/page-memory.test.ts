import { beforeEach, describe, expect, it } from 'vitest';
import {
  forgetPages,
  keepPage,
  MAX_KEPT_BYTES,
  PAGE_MEMORY_MS,
  recallPage,
} from '../../../src/public-site/page-memory.ts';

const page = (bytes = 1) => ({ body: new Uint8Array(bytes), headers: [] });

beforeEach(async () => {
  await forgetPages.purge({ everything: true });
  for (const address of ['/p/prj_1', '/p/prj_1?cursor=x', '/p/prj_2']) keepPage(address, page(), 0);
});

const kept = (now = 0) =>
  ['/p/prj_1', '/p/prj_1?cursor=x', '/p/prj_2'].filter((address) => recallPage(address, now) !== null);

describe('the pages in memory', () => {
  it('end after their time', () => {
    expect(kept(PAGE_MEMORY_MS - 1)).toHaveLength(3);
    expect(kept(PAGE_MEMORY_MS)).toEqual([]);
  });

  it.each([
    ['a tag', { tags: ['project:prj_1', 'other'] }, ['/p/prj_2']],
    ['an address, with whatever query', { paths: ['/p/prj_1'] }, ['/p/prj_2']],
    [
      'a tag of nothing here',
      { tags: ['project:prj', 'prj_1'] },
      ['/p/prj_1', '/p/prj_1?cursor=x', '/p/prj_2'],
    ],
    ['everything', { everything: true } as const, []],
  ])('are forgotten by %s', async (_, scope, left) => {
    expect(await forgetPages.purge(scope)).toBe(true);
    expect(kept()).toEqual(left);
  });

  it('are few, and none is large', () => {
    keepPage('/p/large', page(MAX_KEPT_BYTES + 1), 0);
    expect(recallPage('/p/large', 0)).toBeNull();
    for (let nth = 0; nth < 64; nth++) keepPage(`/p/more-${nth}`, page(), 0);
    expect(kept()).toEqual([]);
    expect(recallPage('/p/more-0', 0)).not.toBeNull();
  });
});
