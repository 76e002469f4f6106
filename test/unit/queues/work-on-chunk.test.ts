import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/errors/app-error.ts';
import { createByteBudget } from '../../../src/crawl/byte-budget.ts';
import type { Claim, ChunkItem, CrawlCoordinatorRpc } from '../../../src/crawl/coordinator.ts';
import { HOLD_MS } from '../../../src/crawl/hold.ts';
import type { HostGateRpc } from '../../../src/crawl/host-gate.ts';
import { sleep } from '../../../src/lib/sleep.ts';
import { createHeartbeat } from '../../../src/queues/heartbeat.ts';
import { type ChunkTools, workOnChunk } from '../../../src/queues/work-on-chunk.ts';

const REF = { jobId: 'job_1', epoch: 1, chunk: 0, requestId: null };
const ITEMS = [0, 1, 2, 3, 4].map((position) => ({ position, url: `http://a.example/${position}` }));

/** What the coordinator was told: the call, and the items that it was given. */
let told: [string, ChunkItem[]?][];

beforeEach(() => {
  told = [];
  vi.stubGlobal('fetch', async () => new Response(null, { status: 404 }));
});
afterEach(() => void vi.unstubAllGlobals());

function coordinatorWith(items: ChunkItem[]): CrawlCoordinatorRpc {
  const claim: Claim = {
    kind: 'run',
    leaseId: 'lease',
    attempt: 0,
    items,
    options: {},
    holdMs: HOLD_MS,
  };
  return {
    start: async () => undefined,
    revive: async () => undefined,
    stop: async () => undefined,
    claim: async () => claim,
    next: async () => null,
    report: async (leases) => leases.map(() => 'go' as const),
    park: async (_lease, _until, left) => void told.push(['park', left]),
    finish: async () => void told.push(['finish']),
    fail: async (_lease, { isOutage }, left) => void told.push([isOutage ? 'outage' : 'fault', left]),
  };
}

const gate: HostGateRpc = {
  reserve: async ({ paths }) => ({
    kind: 'go',
    turns: paths.map(() => Date.now()),
    intervalMs: 0,
    latest: paths.map(() => Date.now() + 60_000),
  }),
  backOff: async () => undefined,
  cancel: async () => undefined,
};

/** A database that records two results at a time, and breaks at the call with the number `breaksAt`. */
function toolsWith(items: ChunkItem[], breaksAt = Infinity): ChunkTools {
  let calls = 0;
  const unused = {} as never;
  return {
    heartbeat: createHeartbeat(() => ({ report: async (leases) => leases.map(() => 'go' as const) })),
    record: async () => {
      if (++calls === breaksAt) throw new AppError('unavailable', 'The database did not answer.');
      return { status: 'running', written: 2, dueAt: null };
    },
    coordinator: coordinatorWith(items),
    coordinatorMs: 5_000,
    gateFor: () => gate,
    allowedOrigins: ['http://a.example'],
    ownHost: 'darkroom.test',
    pauses: new Map(),
    userAgent: 'DarkroomBot/0.1',
    now: () => Date.now(),
    sleepUntil: async () => undefined,
    connect: async (_turnAt, task) => await task(),
    budget: createByteBudget(1_000),
    retrySeconds: 5,
    resultsPerRecord: 2,
    media: unused,
    codecs: unused,
  };
}

describe('a chunk on which a part of ours failed', () => {
  it('is given back with what was not written down, and no more', async () => {
    const { fault } = await workOnChunk(REF, toolsWith(ITEMS, 2));
    expect(fault).not.toBeNull();
    expect(told).toEqual([['outage', ITEMS.slice(2)]]);
  });

  it('is given back whole when nothing was', async () => {
    await workOnChunk(REF, toolsWith(ITEMS, 1));
    expect(told).toEqual([['outage', ITEMS]]);
  });

  it('is let go at once, whatever it still waits for', async () => {
    const waiting = { position: 9, url: 'http://a.example/9', notBefore: Date.now() + 1_000 };
    const tools = toolsWith([...ITEMS.slice(0, 2), waiting], 1);
    const ended = await workOnChunk(REF, {
      ...tools,
      // Turns are there at once; what lies ahead never comes.
      sleepUntil: async (at, signal) => await sleep(at > Date.now() ? 60_000 : 0, signal),
    });
    expect(ended).toMatchObject({ waiting: 1, fault: expect.anything() });
    expect(told).toEqual([['outage', [...ITEMS.slice(0, 2), waiting]]]);
  });

  it('is given back empty when only its end was not, and is then closed', async () => {
    await workOnChunk(REF, toolsWith(ITEMS.slice(0, 4), 3));
    expect(told).toEqual([['outage', []]]);
    await workOnChunk(REF, toolsWith([]));
    expect(told[1]).toEqual(['finish']);
  });
});
