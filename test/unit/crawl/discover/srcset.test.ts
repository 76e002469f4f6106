import { describe, expect, it } from 'vitest';
import { parseSrcset } from '../../../../src/crawl/discover/srcset.ts';

/** Each entry as `url width density`, absent ones as `-`. */
function parse(text: string): string[] {
  return parseSrcset(text).map(({ url, width, density }) => `${url} ${width ?? '-'} ${density ?? '-'}`);
}

describe('a srcset', () => {
  it.each([
    ['a.jpg', ['a.jpg - -']],
    ['a.jpg 320w, b.jpg 640w', ['a.jpg 320 -', 'b.jpg 640 -']],
    ['a.jpg 320w,b.jpg 640w,', ['a.jpg 320 -', 'b.jpg 640 -']],
    ['a.jpg, b.jpg 1.5x, c.jpg 2x', ['a.jpg - -', 'b.jpg - 1.5', 'c.jpg - 2']],
    ['\n\ta.jpg\n 1x\t,\r\n b.jpg   2e0x ', ['a.jpg - 1', 'b.jpg - 2']],
    ['a.jpg 100w 50h, b.jpg 50h 200w', ['a.jpg 100 -', 'b.jpg 200 -']],
    [',, ,a.jpg 1x', ['a.jpg - 1']],
    ['', []],
    [' , ,', []],
  ])('%j holds its addresses with their sizes', (text, entries) => {
    expect(parse(text)).toEqual(entries);
  });

  it('keeps commas within an address', () => {
    expect(parse('/w_100,h_50/a.jpg 100w, /w_200,h_100/a.jpg 200w')).toEqual([
      '/w_100,h_50/a.jpg 100 -',
      '/w_200,h_100/a.jpg 200 -',
    ]);
    expect(parse('a.jpg,b.jpg 2x')).toEqual(['a.jpg,b.jpg - 2']);
    expect(parse('data:image/png;base64,AAAA 1x, b.jpg 2x')).toEqual([
      'data:image/png;base64,AAAA - 1',
      'b.jpg - 2',
    ]);
  });

  it('leaves out entries whose descriptors make no sense, and goes on', () => {
    const bad = [
      '1',
      'w',
      '0w',
      '-1w',
      '1.5w',
      '1w 2w',
      '1x 2x',
      '1w 1x',
      '-1x',
      '.x',
      '5h',
      '1h 1x',
      '1q',
      '1X',
    ];
    for (const descriptors of bad) {
      expect([descriptors, parse(`a.jpg ${descriptors}, b.jpg 2x`)]).toEqual([descriptors, ['b.jpg - 2']]);
    }
  });

  it('does not end an entry at a comma within parentheses', () => {
    expect(parse('a.jpg type(x, y) 1x, b.jpg 2x')).toEqual(['b.jpg - 2']);
    expect(parse('a.jpg 1x (never, closed, b.jpg 2x')).toEqual([]);
  });

  it('is cut when it has no end', () => {
    expect(parseSrcset('a 1x, '.repeat(100_000))).toHaveLength(1_000);
  });

  it('made to waste time is read like any other', () => {
    expect(parse(`a${','.repeat(500_000)}b`)).toHaveLength(1);
    expect(parse(`a ${'('.repeat(500_000)}`)).toEqual([]);
    expect(parse(`a ${'x '.repeat(500_000)}`)).toEqual([]);
  });
});
