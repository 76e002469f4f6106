import { describe, expect, it } from 'vitest';
import { findRefusal, toLimitHeaders } from '../../../src/rate-limit/headers.ts';
import type { Verdict } from '../../../src/rate-limit/limiter.ts';

function verdict(name: string, more: Partial<Verdict> = {}): Verdict {
  return {
    policy: { name, limit: 60, windowSeconds: 60, localLimit: 15 },
    key: 'k',
    allowed: true,
    limit: 60,
    name,
    retryAfterSeconds: 0,
    source: 'redis',
    shared: { remaining: 42, resetSeconds: 15 },
    fault: null,
    ...more,
  };
}

describe('the RateLimit headers', () => {
  it('have an item for each limit', () => {
    expect(toLimitHeaders([verdict('free'), verdict('upload', { limit: 300 })])).toEqual({
      'RateLimit-Policy': '"free";q=60;w=60, "upload";q=300;w=60',
      RateLimit: '"free";r=42;t=15, "upload";r=42;t=15',
    });
  });

  it('say nothing of what Redis did not judge', () => {
    const alone = verdict('free', { source: 'isolate', shared: null });
    expect(toLimitHeaders([alone])).toEqual({});
    expect(toLimitHeaders([alone, verdict('upload')])).toMatchObject({ RateLimit: '"upload";r=42;t=15' });
  });

  it('say of a limit of failures only that it refuses', () => {
    const policy = { ...verdict('bad').policy, ofFailures: true } as const;
    expect(toLimitHeaders([verdict('bad', { policy })])).toEqual({});
    expect(toLimitHeaders([verdict('bad', { policy, allowed: false })])).toHaveProperty('RateLimit');
  });
});

describe('the refusal', () => {
  it('is the one that takes longest, and none without one', () => {
    const [short, long] = [5, 50].map((retryAfterSeconds) =>
      verdict('x', { allowed: false, retryAfterSeconds }),
    );
    if (!short || !long) throw new Error('there are two');
    expect(findRefusal([verdict('a'), short, long])).toBe(long);
    expect(findRefusal([verdict('a')])).toBeUndefined();
  });
});
