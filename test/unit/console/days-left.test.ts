import { describe, expect, it } from 'vitest';
import { daysLeft } from '../../../console/src/gallery/days-left.ts';
import { t } from '../../../console/src/strings.ts';

const DELETED_AT = '2026-01-01T12:00:00Z';
const DAY_MS = 86_400_000;
const after = (ms: number) => daysLeft(DELETED_AT, Date.parse(DELETED_AT) + ms);

describe('the days until an image in the bin is gone', () => {
  it('are 30 at first, and a begun day counts', () => {
    expect(after(0)).toBe(30);
    expect(after(1_000)).toBe(30);
    expect(after(DAY_MS + 1_000)).toBe(29);
    expect(after(29 * DAY_MS + 1_000)).toBe(1);
    expect(after(31 * DAY_MS)).toBe(0);
    expect(daysLeft(null, 0)).toBeNull();
  });

  it('are told, the last one as such', () => {
    expect(t.bin.goesIn(30)).toBe('Gone in 30 days');
    expect(t.bin.goesIn(1)).toBe('Gone within a day');
  });
});
