import { describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { AREAS } from '../../src/routes/areas.ts';
import { CACHE_POLICIES, type CachePolicy, GET_ROUTES, policyOf } from '../../src/routes/cache-policy.ts';
import { findPolicyFaults } from '../helpers/cache-rules.ts';

const routes = [
  ...new Set(
    buildApp(AREAS)
      .routes.filter(({ method }) => method === 'GET')
      .map(({ path }) => path),
  ),
];

/** The policy with some answers replaced, as somebody might get it wrong. */
function mutate(change: (input: Parameters<typeof policyOf>[0], policy: CachePolicy) => CachePolicy) {
  return (input: Parameters<typeof policyOf>[0]) => change(input, policyOf(input));
}

describe('the table of cache headers', () => {
  it('names every route that answers GET, and no other', () => {
    expect(Object.keys(GET_ROUTES).sort()).toEqual(routes.sort());
  });

  it('keeps nothing that it must not, for every route, method, status and cookie', () => {
    expect(findPolicyFaults(policyOf, routes)).toEqual([]);
  });

  it.each([
    ['keeps an error', mutate((input) => policyOf({ ...input, status: 200 }))],
    ['keeps the answer to a change', mutate((input) => policyOf({ ...input, method: 'GET' }))],
    ['keeps a cookie', mutate((input) => policyOf({ ...input, setsCookie: false }))],
    [
      'makes everything public',
      mutate((_, policy) => ({ ...policy, cacheControl: policy.cacheControl.replace('private', 'public') })),
    ],
    [
      'lets a CDN keep what is private',
      mutate((_, policy) => ({ ...policy, cdnCacheControl: CACHE_POLICIES.publicBytes.cdnCacheControl })),
    ],
    ['varies by cookie', mutate((_, policy) => ({ ...policy, vary: 'Cookie' }))],
    ['forgets the tags', mutate((_, policy) => ({ ...policy, project: null }))],
    [
      'keeps public copies for a day',
      mutate((_, policy) => ({
        ...policy,
        cdnCacheControl: policy.cdnCacheControl?.replace(/max-age=\d+/, 'max-age=86400') ?? null,
      })),
    ],
  ])('would be noticed if it %s', (_, mutant) => {
    expect(findPolicyFaults(mutant, routes)).not.toEqual([]);
  });
});
