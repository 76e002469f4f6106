import { describe, expect, it } from 'vitest';
import { parseUrlList } from '../../../console/src/import-list/parse-urls.ts';

describe('a pasted list of addresses', () => {
  it('takes one address per line, whatever the line ends and the spaces around', () => {
    const { urls } = parseUrlList(
      'https://a.example/1.jpg\r\n  http://b.example/2.png \rhttps://c.example/3.jpg\n',
    );
    expect(urls).toEqual(['https://a.example/1.jpg', 'http://b.example/2.png', 'https://c.example/3.jpg']);
  });

  it('ignores blank lines and comments', () => {
    expect(parseUrlList('\n# from the archive\n   \n')).toEqual({ urls: [], badLines: [], duplicates: 0 });
  });

  it('counts repeated addresses once, also when only case of the host or the fragment differs', () => {
    const list = parseUrlList(
      'https://a.example/1.jpg\nhttps://A.example/1.jpg\nhttps://a.example/1.jpg#top',
    );
    expect(list.urls).toEqual(['https://a.example/1.jpg']);
    expect(list.duplicates).toBe(2);
  });

  it.each([
    ['example.com/photo.jpg', 'noScheme'],
    ['localhost:8080/a.jpg', 'noScheme'],
    ['just some words', 'several'],
    ['a, b', 'several'],
    ['https://a.example/1.jpg, https://a.example/2.jpg', 'several'],
    ['https://a.example/1.jpg,https://a.example/2.jpg', 'several'],
    ['ftp://a.example/1.jpg', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['data:image/png;base64,AAAA', 'scheme'],
    ['https://user:secret@a.example/1.jpg', 'credentials'],
    ['https://a.example/with space.jpg', 'several'],
    ['http://', 'malformed'],
    ['https:a.example', 'malformed'],
    [`https://a.example/${'x'.repeat(2_100)}`, 'tooLong'],
    [`https://a.example/${'ä'.repeat(1_000)}`, 'tooLong'],
  ])('explains why %s cannot be used', (text, reason) => {
    expect(parseUrlList(text)).toMatchObject({ urls: [], badLines: [{ line: 1, reason }] });
  });

  it('leaves a comma inside an address alone', () => {
    const url = 'https://a.example/w_300,h_200/https://b.example/1.jpg';
    expect(parseUrlList(url).urls).toEqual([url]);
  });

  it('names the line as an editor counts it', () => {
    const { badLines } = parseUrlList('https://a.example/1.jpg\n\nnonsense');
    expect(badLines).toEqual([{ line: 3, text: 'nonsense', reason: 'noScheme' }]);
  });
});
