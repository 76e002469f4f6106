import { describe, expect, it } from 'vitest';
import { formatBookmark, laterBookmark, parseBookmark } from '../../../src/lib/bookmark.ts';

const of = (text: string) => parseBookmark(text);

describe('a bookmark', () => {
  it.each(['1.1', '2147483647.9999999999999999999'])('is read and written as %s', (text) => {
    const read = of(text);
    expect(read && formatBookmark(read)).toBe(text);
  });

  it.each([
    '',
    '1',
    '1.',
    '.1',
    '01.1',
    '1.01',
    '0.5',
    '5.0',
    '2147483648.1',
    '1.99999999999999999999',
    ' 1.1',
    '1.1\n',
  ])('is not %j', (text) => {
    expect(of(text)).toBeNull();
  });

  it('is later by its epoch first, then by its transaction as a number, and than none', () => {
    expect(laterBookmark(of('2.1'), of('1.9'))).toEqual(of('2.1'));
    expect(laterBookmark(of('1.9'), of('1.10'))).toEqual(of('1.10'));
    expect(laterBookmark(null, of('1.1'))).toEqual(of('1.1'));
    expect(laterBookmark(of('1.1'), null)).toEqual(of('1.1'));
    expect(laterBookmark(null, null)).toBeNull();
  });
});
