import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalUrl, MAX_URL_LENGTH } from '../../../src/crawl/canonical-url.ts';

describe('the canonical form of an address', () => {
  it.each([
    ['HTTP://Example.ORG', 'http://example.org/'],
    ['https://example.org:443/a', 'https://example.org/a'],
    ['  https://example.org/a\n', 'https://example.org/a'],
    ['https://example.org/a#part', 'https://example.org/a'],
    ['https://example.org/a/../b?x=1', 'https://example.org/b?x=1'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
    ['http://2130706433/', 'http://127.0.0.1/'],
  ])('of %s is %s', (given, expected) => {
    expect(canonicalUrl(given)).toBe(expected);
  });

  it.each([
    '',
    'example.org',
    '/a',
    'ftp://example.org/',
    'data:image/png,x',
    'javascript:1',
    'http://',
    'https://user@example.org/',
    'https://:pass@example.org/',
  ])('does not exist for %j', (given) => {
    expect(canonicalUrl(given)).toBeNull();
  });

  it('keeps what follows the path apart, because servers do', () => {
    expect(canonicalUrl('https://example.org/a?b=1&a=2')).not.toBe(
      canonicalUrl('https://example.org/a?a=2&b=1'),
    );
    expect(canonicalUrl('https://example.org/a')).not.toBe(canonicalUrl('https://example.org/a/'));
  });

  it('is limited in length before and after it is spelled out', () => {
    const base = 'https://example.org/';
    expect(canonicalUrl(base + 'x'.repeat(MAX_URL_LENGTH - base.length))).toHaveLength(MAX_URL_LENGTH);
    expect(canonicalUrl(base + 'x'.repeat(MAX_URL_LENGTH - base.length + 1))).toBeNull();
    expect(canonicalUrl(base + 'ü'.repeat(1_000))).toBeNull();
  });

  it('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (given) => {
        const once = canonicalUrl(given);
        expect(once).not.toBeNull();
        expect(canonicalUrl(once ?? '')).toBe(once);
      }),
    );
  });
});
