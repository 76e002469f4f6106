import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import type { LogFields } from '../../../src/observability/logger.ts';
import { judgeWithoutRedis } from '../../../src/rate-limit/judge-without-redis.ts';
import { createLimiterMemory } from '../../../src/rate-limit/limiter-memory.ts';
import { logFaults } from '../../../src/rate-limit/log-verdicts.ts';
import type { PlatformLimiters } from '../../../src/rate-limit/platform.ts';
import { policiesOf } from '../../../src/rate-limit/policies.ts';

async function judge(platform: PlatformLimiters) {
  const check = { policy: policiesOf(1).visitor, key: 'a' };
  const verdict = await judgeWithoutRedis(
    { platform, memory: createLimiterMemory(systemClock) },
    check,
    null,
  );
  const log: LogFields = {};
  logFaults(log, [verdict]);
  return { verdict, log };
}

describe('a limit for which Redis is not asked', () => {
  it("is the platform's to judge, of which the log need not tell", async () => {
    const { verdict, log } = await judge({ LIMIT_VISITORS: { limit: async () => ({ success: false }) } });
    expect(verdict).toMatchObject({
      allowed: false,
      retryAfterSeconds: 60,
      source: 'platform',
      shared: null,
    });
    expect(log).toEqual({});
  });

  it("is the isolate's where there is no platform, of which the log need not tell either", async () => {
    const { verdict, log } = await judge({});
    expect(verdict).toMatchObject({ allowed: true, source: 'isolate' });
    expect(log).toEqual({});
  });

  it("is the isolate's while the platform fails, and the log says why", async () => {
    const limit = async () => await Promise.reject(new TypeError('The platform is down'));
    const { verdict, log } = await judge({ LIMIT_VISITORS: { limit } });
    expect(verdict).toMatchObject({ allowed: true, source: 'isolate' });
    expect(log).toEqual({ limiter: 'isolate:visitor', limiterFault: 'TypeError: The platform is down' });
  });
});
