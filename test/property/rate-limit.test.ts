import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis/cloudflare';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEmbeddedEngine, type Gateway, startGateway } from '../../dev/redis/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLimiter } from '../../src/rate-limit/limiter.ts';
import { createLimiterMemory } from '../../src/rate-limit/limiter-memory.ts';
import { openRedis } from '../helpers/redis-database.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);

const LIMIT = 5;
const WINDOW_MS = 60_000;
const TOKEN = 'token';
const START_MS = Date.UTC(2026, 0, 1);

/** Asks for one request of a key at the time it is. Two isolates take turns. */
type Subject = (key: string) => Promise<boolean>;

let gateway: Gateway;
let engine: Awaited<ReturnType<typeof createEmbeddedEngine>>;

beforeAll(async () => {
  engine = await createEmbeddedEngine();
  gateway = await startGateway({ engine, token: TOKEN });
});
afterAll(async () => {
  await gateway.close();
  await engine.close();
});
// The library and the embedded engine read the system's clock, and nothing else here does.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function limiterSubject(limit = LIMIT): Subject {
  const policy = { name: 'test', limit, windowSeconds: WINDOW_MS / 1000, localLimit: 1 };
  const isolates = [0, 1].map(() =>
    createLimiter({
      redis: openRedis([gateway.url], TOKEN),
      hasOwnDatabase: false,
      enabled: true,
      prefix: 'property',
      timeoutMs: 30_000,
      platform: {},
      clock: systemClock,
      memory: createLimiterMemory(systemClock),
    }),
  );
  let turn = 0;
  return async (key) => {
    const [verdict] = (await isolates[turn++ % 2]?.take([{ policy, key }])) ?? [];
    expect(verdict?.source).toBe('redis');
    return verdict?.allowed ?? false;
  };
}

/** What somebody may put in its place: it forgets everything at the turn of the minute. */
function fixedWindowSubject(): Subject {
  const limiter = new Ratelimit({
    redis: new Redis({ url: gateway.url, token: TOKEN, retry: false, enableTelemetry: false }),
    limiter: Ratelimit.fixedWindow(LIMIT, `${WINDOW_MS} ms`),
    prefix: 'fixed',
    ephemeralCache: false,
    enableTelemetry: false,
  });
  return async (key) => (await limiter.limit(key)).success;
}

/** Counts each key in this isolate alone, and so only half of it. */
function lonelySubject(): Subject {
  const [one, other] = [limiterSubject(), limiterSubject()];
  let turn = 0;
  return async (key) => await (turn++ % 2 === 0 ? one(`${key}:one`) : other(`${key}:other`));
}

/** Bursts, many of them about the turn of a minute. */
const bursts = fc.array(
  fc.record({
    minute: fc.integer({ min: 0, max: 3 }),
    offsetMs: fc.oneof(
      fc.constantFrom(0, 1, 100, WINDOW_MS - 100, WINDOW_MS - 1),
      fc.integer({ min: 0, max: WINDOW_MS - 1 }),
    ),
    count: fc.integer({ min: 1, max: LIMIT + 1 }),
  }),
  { minLength: 1, maxLength: 8 },
);

/** An exact log of what was let through, and what it must never show. */
async function checkAgainstLog(subject: Subject, times: readonly number[]): Promise<void> {
  const key = crypto.randomUUID();
  const log: number[] = [];
  const between = (from: number, to: number) => log.filter((at) => at >= from && at < to).length;
  for (const at of times) {
    vi.setSystemTime(START_MS + at);
    const minute = Math.floor(at / WINDOW_MS) * WINDOW_MS;
    const isAllowed = await subject(key);
    const earlier = between(minute - WINDOW_MS, at + 1);
    if (isAllowed) log.push(at);
    else expect(earlier, 'refused too early').toBeGreaterThanOrEqual(LIMIT);
    expect(between(minute, minute + WINDOW_MS), 'in a minute by the clock').toBeLessThanOrEqual(LIMIT);
    const share = (at - minute) / WINDOW_MS;
    const most = LIMIT + Math.ceil(share * between(minute - WINDOW_MS, minute));
    expect(between(at - WINDOW_MS + 1, at + 1), 'in any minute').toBeLessThanOrEqual(most);
  }
}

const property = (createSubject: () => Subject) =>
  fc.asyncProperty(bursts, async (list) => {
    const times = list.flatMap(({ minute, offsetMs, count }) =>
      Array.from({ length: count }, () => minute * WINDOW_MS + offsetMs),
    );
    await checkAgainstLog(
      createSubject(),
      times.toSorted((a, b) => a - b),
    );
  });

describe('the sliding window', () => {
  it('keeps its bounds against an exact log, over two isolates', async () => {
    await fc.assert(property(limiterSubject), { numRuns });
  });

  it('never refuses callers that come evenly, fewer than the limit a minute', async () => {
    const subject = limiterSubject();
    const gapMs = WINDOW_MS / (LIMIT - 1);
    for (let count = 0; count < 40; count++) {
      vi.setSystemTime(START_MS + 777 + Math.ceil(count * gapMs));
      expect(await subject('even')).toBe(true);
    }
  });

  it.each<[string, () => Subject]>([
    ['forgets at the turn of the minute', fixedWindowSubject],
    ['counts for each isolate alone', lonelySubject],
    ['lets one more through', () => limiterSubject(LIMIT + 1)],
    ['lets one fewer through', () => limiterSubject(LIMIT - 1)],
    ['lets everything through', () => async () => true],
  ])('would be noticed if it were one that %s', async (_what, mutant) => {
    const { failed } = await fc.check(property(mutant), {
      numRuns: Math.max(numRuns, 200),
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });
});
