import { describe, expect, it } from 'vitest';
import { formatCacheStatus } from '../../../src/lib/cache-status.ts';

describe('Cache-Status', () => {
  it.each([
    [{ tier: 'isolate', hit: true, ttl: 3.7 }, 'darkroom-isolate; hit; ttl=3'],
    [{ tier: 'redis', hit: false, fwd: 'stale', ttl: -2 }, 'darkroom-redis; fwd=stale; ttl=-2'],
    [{ tier: 'edge', hit: false }, 'darkroom-edge; fwd=miss'],
    [{ tier: 'redis', hit: true, key: 'a"b\\c\u00e9' }, 'darkroom-redis; hit; key="a\\"b\\\\c?"'],
  ] as const)('of %o is %s', (status, header) => {
    expect(formatCacheStatus(status)).toBe(header);
  });
});
