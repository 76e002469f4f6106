import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Board } from '../../../durable-objects/crawl-coordinator/board.ts';
import { createGate } from '../../../durable-objects/host-gate/gate.ts';
import { createByteBudget } from '../../../src/crawl/byte-budget.ts';
import type { ChunkItem } from '../../../src/crawl/coordinator.ts';
import { HOLD_MS, holdMsAfter } from '../../../src/crawl/hold.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { sleep } from '../../../src/lib/sleep.ts';
import { type RoundTools, workInRounds } from '../../../src/queues/work-in-rounds.ts';

const NOW = 1_760_000_000_000;
const ORIGIN = 'http://slow.example';

/** When the host was asked for each path, in seconds since the start. */
let asked: [string, number][];
let answer: (path: string) => Response;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: NOW });
  asked = [];
  answer = () => new Response(null, { status: 404 });
  vi.stubGlobal('fetch', async (address: string) => {
    const { pathname } = new URL(address);
    asked.push([pathname, (Date.now() - NOW) / 1_000]);
    return answer(pathname);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The way to a host that asks for so many seconds between two requests, through a real gate. */
function toolsFor(crawlDelay: number) {
  const stored = new Map<string, unknown>();
  const gate = createGate({
    settings: {
      userAgent: 'DarkroomBot/0.1',
      requestsPerSecond: 5,
      allowedOrigins: [ORIGIN],
      ownHost: 'darkroom.test',
    },
    clock: systemClock,
    names: null,
    fetch: async () => new Response(`User-agent: *\nCrawl-delay: ${crawlDelay}\n`),
    storage: {
      get: <T>(key: string) => stored.get(key) as T | undefined,
      put: (key: string, value: unknown) => void stored.set(key, structuredClone(value)),
    },
  });
  const reserve = vi.spyOn(gate, 'reserve');
  const unused = () => {
    throw new Error('nothing is stored here');
  };
  const tools: RoundTools = {
    gateFor: () => gate,
    allowedOrigins: [ORIGIN],
    ownHost: 'darkroom.test',
    pauses: new Map(),
    userAgent: 'DarkroomBot/0.1',
    now: () => Date.now(),
    sleepUntil: async (at, signal) => await sleep(at - Date.now(), signal),
    connect: async (_turnAt, task) => await task(),
    budget: createByteBudget(1_000),
    retrySeconds: 5,
    media: { putOriginal: unused, putThumbnail: unused } as unknown as RoundTools['media'],
    codecs: {} as RoundTools['codecs'],
  };
  return { tools, gate, reserve };
}

const itemsOf = (count: number): ChunkItem[] =>
  Array.from({ length: count }, (_, position) => ({ position, url: `${ORIGIN}/${position}` }));

interface Run {
  items: ChunkItem[];
  holdMs?: number;
  booking?: string;
  signal?: AbortSignal;
}

/** Works until it is done or given back, with the clock going on as fast as everybody sleeps. */
async function work(tools: RoundTools, run: Run) {
  const results: string[] = [];
  const progress = { isOver: false };
  const left = workInRounds(
    {
      holdMs: HOLD_MS,
      booking: 'job_1/1/0',
      signal: new AbortController().signal,
      ...run,
      attempt: 0,
      options: {},
      onResult: ({ position, status, reason }) => results.push(`${position} ${status} ${reason}`),
    },
    tools,
  ).finally(() => (progress.isOver = true));
  while (!progress.isOver) {
    await vi.advanceTimersByTimeAsync(0);
    if (!progress.isOver) await vi.advanceTimersToNextTimerAsync();
  }
  return { left: await left, results };
}

describe('the length of a hold', () => {
  it('doubles with each time that nothing was done, up to two minutes', () => {
    expect([0, 1, 2, 5, 100_000].map(holdMsAfter)).toEqual([4_000, 8_000, 16_000, 120_000, 120_000]);
  });
});

describe('the items of a chunk', () => {
  it('are worked on while the next turn is near, and then given back', async () => {
    const near = toolsFor(3);
    expect(await work(near.tools, { items: itemsOf(4) })).toMatchObject({ left: [] });
    expect(asked.map(([, at]) => at)).toEqual([0, 3, 6, 9]);
    asked = [];
    const far = toolsFor(10);
    const start = Date.now();
    const { left, results } = await work(far.tools, { items: itemsOf(4) });
    expect(results).toEqual(['0 failed http_4xx']);
    expect(left.map(({ item, until }) => [item.position, until - start])).toEqual([
      [1, 9_000],
      [2, 19_000],
      [3, 29_000],
    ]);
  });

  it('are held longer when it is said so, but not for ever', async () => {
    const { tools } = toolsFor(10);
    const { left } = await work(tools, { items: itemsOf(10), holdMs: 16_000 });
    expect(asked.map(([, at]) => at)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(left).toHaveLength(3);
  });

  it('get done however late the queue brings them to a slow host', async () => {
    const { tools } = toolsFor(10);
    const board = new Board({
      load: () => [],
      save: () => undefined,
      remove: () => undefined,
      clear: () => undefined,
    });
    board.add([{ chunk: 0, lane: ORIGIN, attempt: 0, items: itemsOf(6) }], Date.now());
    const done: string[] = [];
    for (let delivery = 0; delivery < 20 && done.length < 6; delivery++) {
      const claim = board.claim(0, 'lease', {}, Date.now());
      if (claim.kind !== 'run') throw new Error(claim.kind);
      const { left, results } = await work(tools, claim);
      done.push(...results);
      if (left.length === 0) break;
      const until = Math.min(...left.map((one) => one.until));
      board.park(
        0,
        'lease',
        until,
        left.map(({ item }) => item),
      );
      // The message is on its way for longer than the time by which the turn is known.
      await vi.advanceTimersByTimeAsync(until - Date.now() + 3_000);
    }
    expect(done).toHaveLength(6);
    const times = asked.map(([, at]) => at);
    expect(Math.min(...times.slice(1).map((at, n) => at - (times[n] ?? 0)))).toBeGreaterThanOrEqual(10);
  });

  it('keep their distance from a request that left late, as the thread was busy', async () => {
    const { tools } = toolsFor(3);
    answer = (path) => {
      if (path === '/0') vi.advanceTimersByTime(100);
      return new Response(null, { status: 404 });
    };
    await work(tools, { items: itemsOf(3), holdMs: 16_000 });
    expect(asked.map(([, at]) => at)).toEqual([0, 3.099, 6.099]);
  });

  it('honour a pause that the host asked for while they were held', async () => {
    const { tools, gate } = toolsFor(6);
    setTimeout(() => void gate.backOff(NOW + 9_000), 1_000);
    await work(tools, { items: itemsOf(3), holdMs: 16_000 });
    // The turn at 6 s is void.
    expect(asked.map(([, at]) => at)).toEqual([0, 12, 18]);
  });

  it('give a turn up that they will not use when they missed their own', async () => {
    const { tools } = toolsFor(10);
    let isFirst = true;
    const connect: RoundTools['connect'] = async (_turnAt, task) => {
      // All connections were taken.
      if (isFirst) await sleep(2_000, new AbortController().signal);
      isFirst = false;
      return await task();
    };
    await work({ ...tools, connect }, { items: itemsOf(1), holdMs: 16_000 });
    expect(asked.map(([, at]) => at)).toEqual([10]);
  });

  it('are let go at once when a stop comes while they are held', async () => {
    const { tools } = toolsFor(10);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 2_500);
    await work(tools, { items: itemsOf(3), holdMs: 16_000, signal: stop.signal });
    expect(Date.now() - NOW).toBe(2_500);
    expect(asked).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('wait for another try each by itself, without a turn', async () => {
    const { tools, reserve } = toolsFor(0.5);
    const [due, soon, late] = itemsOf(3);
    if (!due || !soon || !late) throw new Error('three');
    const items = [{ ...late, notBefore: NOW + 60_000 }, { ...soon, notBefore: NOW + 3_000 }, due];
    const { left, results } = await work(tools, { items });
    expect(asked).toEqual([
      ['/0', 0],
      ['/1', 3],
    ]);
    expect(results).toHaveLength(2);
    expect(left).toEqual([{ item: items[0], until: NOW + 60_000 }]);
    expect(reserve.mock.calls.map(([{ paths }]) => paths)).toEqual([['/0'], ['/1']]);
  });
});

describe('a host that has enough', () => {
  it('is left alone by what is planned already, also of another chunk', async () => {
    const { tools } = toolsFor(1);
    answer = (path) => new Response(null, { status: path === '/0' ? 429 : 404 });
    const other = itemsOf(2).map((item) => ({ ...item, url: `${ORIGIN}/other-${item.position}` }));
    const [mine] = await Promise.all([
      work(tools, { items: itemsOf(3) }),
      work(tools, { items: other, booking: 'job_1/1/1' }),
    ]);
    // The URL itself keeps to its own rule; the others come when the pause is over.
    expect(mine.results[0]).toBe('0 deferred http_4xx');
    const [first, ...rest] = asked;
    expect(first).toEqual(['/0', 0]);
    expect(rest).toHaveLength(4);
    expect(Math.min(...rest.map(([, at]) => at))).toBe(5);
  });
});
