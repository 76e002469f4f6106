import { describe, expect, it } from 'vitest';
import { parseRequests, stateOf } from '../../../console/src/api-keys/api-key-state.ts';

const NOW = Date.UTC(2026, 10, 30);

describe('an API key in the list', () => {
  it.each([
    [null, 'endless'],
    ['2026-11-30T00:00:01Z', 'open'],
    ['2026-11-30T00:00:00Z', 'expired'],
  ] as const)('that expires at %s is %s', (expiresAt, state) => {
    expect(stateOf({ expiresAt }, NOW)).toBe(state);
  });
});

describe('requests a minute as typed', () => {
  it.each([
    ['', null],
    ['  ', null],
    [' 60 ', 60],
    ['1000000', 1_000_000],
    ['0', Number.NaN],
    ['-5', Number.NaN],
    ['1.5', Number.NaN],
    ['60 a minute', Number.NaN],
  ])('(%j) are %s', (text, requests) => {
    expect(parseRequests(text)).toBe(requests);
  });
});
