import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/lib/bytes.ts';
import { matchesTag, weakTagOf } from '../../../src/lib/entity-tag.ts';

describe('an If-None-Match header', () => {
  it.each(['"a"', 'W/"a"', '"b", "a"', '"b","a"', '*', ' * ', ' "a" ', '"x,y", "a"', 'nonsense, "a"'])(
    '%j names the tag',
    (header) => {
      expect(matchesTag(header, '"a"')).toBe(true);
      expect(matchesTag(header, 'W/"a"')).toBe(true);
    },
  );

  it.each([null, '', 'a', '"b"', '"aa"', '"x, a"', "'a'", '"b", *', 'w/a'])('%j does not', (header) => {
    expect(matchesTag(header, '"a"')).toBe(false);
  });
});

describe('the tag of a body', () => {
  it('is a weak tag that only the same body has', async () => {
    const tag = await weakTagOf('{"a":1}');
    expect(tag).toMatch(/^W\/"[A-Za-z0-9_-]{22}"$/);
    expect(await weakTagOf(utf8('{"a":1}'))).toBe(tag);
    expect(await weakTagOf('{"a":2}')).not.toBe(tag);
    expect(matchesTag(tag, tag)).toBe(true);
  });

  it('is the beginning of its SHA-256', async () => {
    // FIPS 180-4, the example of one block.
    expect(await weakTagOf('abc')).toBe('W/"ungWv48Bz-pBQUDeXa4iIw"');
  });
});
