import { describe, expect, it } from 'vitest';
import { fromBase64Url, sha256, toBase64Url, toHex, utf8 } from '../../../src/lib/bytes.ts';

describe('bytes as text', () => {
  it('come back from base64url whatever they are', () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    for (let length = 0; length <= 256; length += 7) {
      const bytes = all.slice(0, length);
      const text = toBase64Url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(fromBase64Url(text)).toEqual(bytes);
    }
  });

  it.each(['a', 'ab=', 'a b', 'a+b/', 'ä'])('%s is not base64url', (text) => {
    expect(fromBase64Url(text)).toBeNull();
  });

  it('are written in lower-case hexadecimal with both digits', () => {
    expect(toHex(new Uint8Array([0, 1, 15, 16, 255]))).toBe('00010f10ff');
    expect(toHex(new Uint8Array([1, 2]).buffer)).toBe('0102');
  });
});

describe('sha256', () => {
  it('is the one of FIPS 180, for text in UTF-8 and for bytes', async () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(toHex(await sha256('abc'))).toBe(abc);
    expect(toHex(await sha256(utf8('abc')))).toBe(abc);
    expect(await sha256('é')).toEqual(await sha256(new Uint8Array([0xc3, 0xa9])));
  });
});
