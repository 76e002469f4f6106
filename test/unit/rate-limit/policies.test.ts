import { describe, expect, it } from 'vitest';
import { attemptsByAddress, FAILED_SIGN_INS } from '../../../src/rate-limit/policies.ts';

describe('the policies', () => {
  it('allow an address 60 attempts a minute where it is deployed, and ten times that on a laptop', () => {
    for (const environment of ['production', 'staging'] as const) {
      expect(attemptsByAddress(environment)).toMatchObject({ limit: 60, windowSeconds: 60, localLimit: 15 });
    }
    expect(attemptsByAddress('development')).toMatchObject({ limit: 600, windowSeconds: 60 });
  });

  it('allow an account 20 failed sign-ins in ten minutes everywhere, one isolate alone 5', () => {
    expect(FAILED_SIGN_INS).toMatchObject({ limit: 20, windowSeconds: 600, localLimit: 5 });
  });
});
