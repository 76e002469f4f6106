import { describe, expect, it } from 'vitest';
import { parseSigningKeys, type SigningKey, toPublicKey } from '../../../src/keys/signing-keys.ts';

const KEY: SigningKey = {
  kty: 'EC',
  crv: 'P-256',
  kid: '2026-11',
  x: 'fa_-eFaanfQyt637kb26KayIGGr74nlfwyeSMAYXEnM',
  y: 'BeYGXtml0pDRWBAu4BEv7lajzVboIofZF1zsHeV7GW8',
  d: '4-upd7hEAdbcE6I2ACfPfqOmvmegphPeViO9eU-KUjg',
};

describe('the signing keys', () => {
  it('are read in their order', () => {
    const older = { ...KEY, kid: 'older' };
    expect(parseSigningKeys(JSON.stringify([KEY, older]))).toEqual([KEY, older]);
  });

  it.each([
    ['nothing', []],
    ['a key alone', KEY],
    ['one kid twice', [KEY, KEY]],
    ['six keys', Array.from({ length: 6 }, (_, index) => ({ ...KEY, kid: String(index) }))],
    ['a public key', [{ ...KEY, d: undefined }]],
    ['a key without a kid', [{ ...KEY, kid: undefined }]],
    ['another curve', [{ ...KEY, crv: 'P-384' }]],
    ['another kind', [{ kty: 'oct', kid: 'a', k: 'c2VjcmV0' }]],
    ['a coordinate that is cut', [{ ...KEY, x: KEY.x.slice(1) }]],
  ])('are not %s', (_, value) => {
    expect(parseSigningKeys(JSON.stringify(value))).toBeNull();
  });

  it('are not text that is no JSON', () => {
    expect(parseSigningKeys('[{')).toBeNull();
  });

  it('are published without their secret', () => {
    const { d: _, ...rest } = KEY;
    expect(toPublicKey(KEY)).toEqual({ ...rest, alg: 'ES256', use: 'sig' });
  });
});
