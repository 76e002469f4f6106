import { describe, expect, it } from 'vitest';
import { idPattern, newId } from '../../../src/lib/id.ts';

describe('an id', () => {
  it('has its prefix, matches its own pattern and no other', () => {
    const id = newId('img');
    expect(id).toMatch(/^img_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(idPattern('img').test(id)).toBe(true);
    expect(idPattern('job').test(id)).toBe(false);
    for (const wrong of [
      `${id}0`,
      `${id}\n`,
      ` ${id}`,
      id.toUpperCase(),
      id.slice(0, -1),
      id.replace(/.$/, 'u'),
    ]) {
      expect(idPattern('img').test(wrong)).toBe(false);
    }
  });

  it('sorts as text by the time it was made', () => {
    const times = [0, 1, 31, 32, 1_000_000_000_000, 1_795_000_000_000, 1_795_000_000_001, 2 ** 48 - 1];
    const ids = times.map((time) => newId('job', time));
    expect([...ids].sort()).toEqual(ids);
    expect(newId('job', 1_795_000_000_000).slice(0, 14)).toBe(newId('job', 1_795_000_000_000).slice(0, 14));
  });

  it('is different each time, also within one millisecond', () => {
    expect(new Set(Array.from({ length: 1000 }, () => newId('act', 5))).size).toBe(1000);
  });
});
