import { describe, expect, it } from 'vitest';
import { createIsolateTier } from '../../../src/cache/isolate-tier.ts';

const entry = (value: unknown) => ({
  readAt: { epoch: 1, xid: 1n },
  storedAt: 0,
  freshUntil: 1,
  staleUntil: 2,
  value,
});

describe('the entries of an isolate', () => {
  it('are as many as it may hold: the one used longest ago goes first', () => {
    const tier = createIsolateTier({ entries: 2, length: 1_000 });
    tier.set('a', entry('a'), 1);
    tier.set('b', entry('b'), 1);
    expect(tier.get('a')?.value).toBe('a');
    tier.set('c', entry('c'), 1);
    expect(tier.get('b')).toBeUndefined();
    expect([tier.get('a')?.value, tier.get('c')?.value]).toEqual(['a', 'c']);
  });

  it('are together no longer than it may hold, also when one is written again', () => {
    const tier = createIsolateTier({ entries: 100, length: 1_000 });
    for (let index = 0; index < 50; index++) tier.set(`key-${index}`, entry(index), 90);
    expect(tier.length).toBe(990);
    expect(tier.size).toBe(11);
    tier.set('key-49', entry('shorter'), 10);
    expect(tier.length).toBe(910);
  });

  it('have no place for one that would push most others out', () => {
    const tier = createIsolateTier({ entries: 100, length: 1_000 });
    tier.set('long', entry('old'), 50);
    tier.set('long', entry('new'), 101);
    expect(tier.get('long')).toBeUndefined();
    expect(tier.length).toBe(0);
  });

  it('are gone when it is cleared', () => {
    const tier = createIsolateTier({ entries: 100, length: 1_000 });
    tier.set('a', entry('a'), 10);
    tier.clear();
    expect([tier.get('a'), tier.size, tier.length]).toEqual([undefined, 0, 0]);
  });
});
