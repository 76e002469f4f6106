import { describe, expect, it } from 'vitest';
import { ACCESS_TOKEN_SECONDS, createAccessTokens } from '../../../src/keys/access-token.ts';
import type { SigningKey } from '../../../src/keys/signing-keys.ts';
import { newId } from '../../../src/lib/id.ts';

const NEW: SigningKey = {
  kty: 'EC',
  crv: 'P-256',
  kid: 'new',
  x: 'fa_-eFaanfQyt637kb26KayIGGr74nlfwyeSMAYXEnM',
  y: 'BeYGXtml0pDRWBAu4BEv7lajzVboIofZF1zsHeV7GW8',
  d: '4-upd7hEAdbcE6I2ACfPfqOmvmegphPeViO9eU-KUjg',
};
const OLD: SigningKey = {
  kty: 'EC',
  crv: 'P-256',
  kid: 'old',
  x: 'PS4ltkwAcIuM4C-W881V2iRttKME1oL9uVIcyMYapzI',
  y: 'HdtdDRIlsT8xdPFydgZ82FlOHirq3-em3OpT_qILLjk',
  d: 'ptQBueg4eW8BCVG73rO2GuU1eSFahNzgEiIKPaUFoZs',
};
const ORIGIN = 'https://darkroom.example.org';
const SUBJECT = { userId: newId('usr'), sessionId: newId('ses') };

describe('an access token', () => {
  it('is good for ten minutes and not a second longer', async () => {
    let now = Date.UTC(2026, 10, 30);
    const tokens = createAccessTokens([NEW], ORIGIN, { now: () => now });
    const token = await tokens.issue(SUBJECT);
    expect(await tokens.verify(token)).toEqual(SUBJECT);
    now += ACCESS_TOKEN_SECONDS * 1000 - 1;
    expect(await tokens.verify(token)).toEqual(SUBJECT);
    now += 1;
    expect(await tokens.verify(token)).toBeNull();
  });

  it('outlives the moment in which another key takes over, as long as its own is there', async () => {
    const clock = { now: () => Date.UTC(2026, 10, 30) };
    const token = await createAccessTokens([OLD, NEW], ORIGIN, clock).issue(SUBJECT);
    expect(await createAccessTokens([NEW, OLD], ORIGIN, clock).verify(token)).toEqual(SUBJECT);
    expect(await createAccessTokens([NEW], ORIGIN, clock).verify(token)).toBeNull();
  });

  it('is good at its own instance only', async () => {
    const clock = { now: () => Date.UTC(2026, 10, 30) };
    const token = await createAccessTokens([NEW], ORIGIN, clock).issue(SUBJECT);
    expect(await createAccessTokens([NEW], 'https://other.example.org', clock).verify(token)).toBeNull();
  });
});
