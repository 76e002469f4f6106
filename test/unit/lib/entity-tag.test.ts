import { describe, expect, it } from 'vitest';
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
  const tagOf = (text: string) => weakTagOf(new TextEncoder().encode(text));

  it('is a weak tag that only the same body has', () => {
    expect(tagOf('{"a":1}')).toMatch(/^W\/"[A-Za-z0-9_-]{22}"$/);
    expect(tagOf('{"a":1}')).toBe(tagOf('{"a":1}'));
    expect(tagOf('{"a":2}')).not.toBe(tagOf('{"a":1}'));
    expect(matchesTag(tagOf('x'), tagOf('x'))).toBe(true);
  });
});
