import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, toPage } from '../../src/lib/cursor.ts';
import { idPattern, newId } from '../../src/lib/id.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);

describe('a keyset list', () => {
  it('is read page by page without a gap or a repeat, whatever the limit', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1_000_000)), fc.integer({ min: 1, max: 200 }), (keys, limit) => {
        const rows = keys.map((key) => String(key).padStart(7, '0')).sort();
        const read: string[] = [];
        for (let after: string | null = ''; after !== null;) {
          const from = after;
          const page: { data: string[]; nextCursor: string | null } = toPage(
            rows.filter((row) => row > from).slice(0, limit + 1),
            limit,
            (row) => row,
          );
          expect(page.data.length).toBeLessThanOrEqual(limit);
          read.push(...page.data);
          after = page.nextCursor && decodeCursor(page.nextCursor, /^\d{7}$/);
        }
        expect(read).toEqual(rows);
      }),
      { numRuns },
    );
  });

  it('takes no cursor that it did not give', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(text !== encodeCursor(text));
        const key = decodeCursor(text, idPattern('img'));
        if (key !== null) expect(encodeCursor(key)).toBe(text);
      }),
      { numRuns },
    );
  });
});

describe('ids', () => {
  it('sort as their times do, and are told from those of another kind', () => {
    const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    fc.assert(
      fc.property(time, time, (one, two) => {
        fc.pre(one !== two);
        expect(newId('img', one) < newId('img', two)).toBe(one < two);
        expect(idPattern('img').test(newId('img', one))).toBe(true);
        expect(idPattern('job').test(newId('img', one))).toBe(false);
      }),
      { numRuns },
    );
  });
});
