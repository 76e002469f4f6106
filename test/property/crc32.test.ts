import { crc32 as reference } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32 } from '../../src/media/zip/crc32.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);

it('is the CRC-32 of zlib, also of bytes that come in two pieces', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), fc.nat(200), (bytes, cut) => {
      const whole = reference(bytes);
      expect(crc32(bytes)).toBe(whole);
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(whole);
    }),
    { numRuns },
  );
});
