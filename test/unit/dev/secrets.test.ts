import { describe, expect, it } from 'vitest';
import { createSigningKeys } from '../../../dev/process/secrets.ts';
import { createAccessTokens } from '../../../src/keys/access-token.ts';
import { parseSigningKeys } from '../../../src/keys/signing-keys.ts';
import { newId } from '../../../src/lib/id.ts';

describe('the signing keys of a local installation', () => {
  it('follow from its secret, and are a pair', async () => {
    expect(createSigningKeys('a')).toBe(createSigningKeys('a'));
    expect(createSigningKeys('a')).not.toBe(createSigningKeys('b'));
    const keys = parseSigningKeys(createSigningKeys('a')) ?? [];
    const tokens = createAccessTokens(keys, 'http://127.0.0.1:8787', { now: () => Date.now() });
    const subject = { userId: newId('usr'), sessionId: newId('ses') };
    expect(await tokens.verify(await tokens.issue(subject))).toEqual(subject);
  });
});
