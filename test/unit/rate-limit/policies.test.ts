import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLATFORM_LIMITERS } from '../../../src/rate-limit/platform.ts';
import { policiesOf, requestLimitOf } from '../../../src/rate-limit/policies.ts';

const DEPLOYED = policiesOf(1);
const LAPTOP = policiesOf(10);

describe('the policies', () => {
  it('allow an address 60 requests or attempts a minute where it is deployed, and ten times that on a laptop', () => {
    for (const name of ['anonymous', 'signIn', 'badCredentials'] as const) {
      expect(DEPLOYED[name]).toMatchObject({ limit: 60, windowSeconds: 60, localLimit: 15 });
      expect(LAPTOP[name]).toMatchObject({ limit: 600, windowSeconds: 60 });
    }
  });

  it('allow an address 600 visits a minute where it is deployed, one isolate alone a quarter', () => {
    expect(DEPLOYED.visitor).toMatchObject({ limit: 600, windowSeconds: 60, localLimit: 150 });
    expect(LAPTOP.visitor).toMatchObject({ limit: 6_000, localLimit: 1_500 });
  });

  it('allow an account 20 failed sign-ins in ten minutes everywhere, one isolate alone 5', () => {
    for (const { failedSignIn } of [DEPLOYED, LAPTOP]) {
      expect(failedSignIn).toMatchObject({ limit: 20, windowSeconds: 600, localLimit: 5 });
    }
  });

  it('know the limits of both plans by name, and no other', () => {
    expect([600, 3_000, 601, 60, 0, -1].map((limit) => DEPLOYED.account.nameOf?.(limit))).toEqual([
      'free',
      'pro',
      null,
      null,
      null,
      null,
    ]);
    expect([6_000, 30_000, 600].map((limit) => LAPTOP.account.nameOf?.(limit))).toEqual([
      'free',
      'pro',
      null,
    ]);
  });

  it('let an API key have any limit up to that of the larger plan', () => {
    expect([1, 600, 3_000, 3_001, 0].map((limit) => DEPLOYED.apiKey.nameOf?.(limit))).toEqual([
      'api-key',
      'api-key',
      'api-key',
      null,
      null,
    ]);
  });

  it("bring the platform's limiters in only where they count the same figures", () => {
    expect(DEPLOYED.account.platform).toBe('LIMIT_ACCOUNTS');
    expect(LAPTOP.account.platform).toBeUndefined();
    expect(DEPLOYED.visitor.platform).toBe('LIMIT_VISITORS');
    expect(LAPTOP.visitor.platform).toBeUndefined();
  });

  it('have the figures of wrangler.toml, in production and in staging', () => {
    const toml = readFileSync(path.join(import.meta.dirname, '../../../wrangler.toml'), 'utf8');
    const declared = [
      ...toml.matchAll(
        /ratelimits\]\]\nname = "(\w+)"\nnamespace_id = "(\d+)"\nsimple = { limit = (\d+), period = (\d+) }/g,
      ),
    ].map(([, name, id, limit, period]) => ({ name, id, limit: Number(limit), period: Number(period) }));
    for (const { platform, limit, windowSeconds } of Object.values({ ...DEPLOYED }))
      if (platform !== undefined)
        expect(declared.filter(({ name }) => name === platform)).toMatchObject([
          { limit, period: windowSeconds },
          { limit, period: windowSeconds },
        ]);
    expect(new Set(declared.map(({ id }) => id)).size).toBe(2 * PLATFORM_LIMITERS.length);
  });
});

describe('the limit of a caller', () => {
  it.each([
    ['free', null, 1, 600],
    ['pro', null, 1, 3_000],
    ['free', 20, 1, 20],
    ['free', 2_000, 1, 600],
    ['pro', 2_000, 1, 2_000],
    ['free', null, 10, 6_000],
  ] as const)('of the plan %s with its own of %s, at scale %s, is %s', (plan, own, scale, limit) => {
    expect(requestLimitOf(plan, own, scale)).toBe(limit);
  });
});
