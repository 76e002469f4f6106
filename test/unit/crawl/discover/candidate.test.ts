import { describe, expect, it } from 'vitest';
import { foldText, MAX_TEXT_LENGTH } from '../../../../src/crawl/discover/candidate.ts';

describe('the text of a candidate', () => {
  it('is one line, trimmed, without control characters', () => {
    expect(foldText('\n  Two\u00a0\u2003 cats\u0000\u0007\r\n\ton a  roof ')).toBe('Two cats on a roof');
  });

  it('is null when there is nothing to read', () => {
    expect(['', '   ', '\u0000\n'].map(foldText)).toEqual([null, null, null]);
  });

  it('is cut at its limit, not within a character', () => {
    expect(foldText('x'.repeat(9_999))).toBe('x'.repeat(MAX_TEXT_LENGTH));
    expect(foldText(`${'x'.repeat(MAX_TEXT_LENGTH - 1)}😀`)).toBe('x'.repeat(MAX_TEXT_LENGTH - 1));
    expect(foldText(`${'x'.repeat(MAX_TEXT_LENGTH - 2)}😀😀`)).toBe(`${'x'.repeat(MAX_TEXT_LENGTH - 2)}😀`);
  });

  it('holds no half of a surrogate pair', () => {
    expect(foldText('a\udc00b\ud83d')).toBe('a\ufffdb');
  });
});
