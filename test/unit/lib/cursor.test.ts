import { describe, expect, it } from 'vitest';
import { toBase64Url, utf8 } from '../../../src/lib/bytes.ts';
import { decodeCursor, encodeCursor, toPage } from '../../../src/lib/cursor.ts';
import { idPattern, newId } from '../../../src/lib/id.ts';

const pattern = idPattern('prj');

describe('a cursor', () => {
  it('gives back the sort key it was made of, and says nothing readable', () => {
    const key = newId('prj');
    const cursor = encodeCursor(key);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(cursor).not.toContain(key);
    expect(decodeCursor(cursor, pattern)).toBe(key);
  });

  it.each([
    ['of another list', encodeCursor(newId('job'))],
    ['of another version', toBase64Url(utf8(`v2:${newId('prj')}`))],
    ['with more behind the key', encodeCursor(`${newId('prj')}\n`)],
    ['that is no base64url', 'not base64!'],
    ['of an impossible length', 'abcde'],
    ['of bytes that are no text', toBase64Url(new Uint8Array([0xff, 0xfe]))],
    ['that is empty', ''],
  ])('%s is refused', (_, cursor) => {
    expect(decodeCursor(cursor, pattern)).toBeNull();
  });
});

describe('a page', () => {
  const rows = ['a', 'b', 'c'];

  it('leaves the extra row out and points behind its own last row', () => {
    const page = toPage(rows, 2, (row) => row);
    expect(page.data).toEqual(['a', 'b']);
    expect(decodeCursor(page.nextCursor ?? '', /./)).toBe('b');
  });

  it('is the last one when no extra row came', () => {
    expect(toPage(rows, 3, (row) => row)).toEqual({ data: rows, nextCursor: null });
    expect(toPage([], 3, String)).toEqual({ data: [], nextCursor: null });
  });
});
