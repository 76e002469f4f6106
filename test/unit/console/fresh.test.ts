import { describe, expect, it } from 'vitest';
import { mergeFresh, splitFresh } from '../../../console/src/gallery/fresh.ts';

const images = (...ids: string[]) => ids.map((id) => ({ id }));

describe('images that arrive while one looks', () => {
  it('are those of the newest page that are not shown yet', () => {
    expect(splitFresh(images('d', 'c', 'b'), images('b', 'a'))).toEqual({
      added: images('d', 'c'),
      hasGap: false,
    });
  });

  it('say so when more arrived than one page holds', () => {
    expect(splitFresh(images('z', 'y'), images('b', 'a')).hasGap).toBe(true);
    expect(splitFresh(images('z', 'y'), []).hasGap).toBe(false);
  });

  it('go on top, none twice', () => {
    expect(mergeFresh(images('d', 'c', 'b'), images('b', 'a'))).toEqual(images('d', 'c', 'b', 'a'));
  });
});
