import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/media/hash.ts';

describe('the name of a blob', () => {
  it('is the SHA-256 in lower-case hex, of a view as of a whole buffer', async () => {
    expect(await sha256Hex(new Uint8Array(0))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    const view = Uint8Array.from({ length: 500 }, (_, index) => index).subarray(7, 300);
    expect(await sha256Hex(view)).toBe(createHash('sha256').update(view).digest('hex'));
  });
});
