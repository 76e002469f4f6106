import { describe, expect, it } from 'vitest';
import { isValid } from '../../../src/cache/validity.ts';

const at = (epoch: number, xid: bigint) => ({ epoch, xid });

describe('what was read', () => {
  it('is valid only when every write had ended before', () => {
    expect(isValid(at(1, 10n), [at(1, 9n)])).toBe(true);
    expect(isValid(at(1, 10n), [at(1, 10n)])).toBe(false);
    expect(isValid(at(1, 10n), [at(1, 11n)])).toBe(false);
    expect(isValid(at(1, 10n), [at(1, 3n), null, at(1, 10n)])).toBe(false);
    expect(isValid(at(1, 10n), [null, null])).toBe(true);
  });

  it('is older than everything after a restore, however large its numbers', () => {
    expect(isValid(at(1, 900n), [at(2, 5n)])).toBe(false);
    expect(isValid(at(2, 5n), [at(1, 900n)])).toBe(true);
  });
});
