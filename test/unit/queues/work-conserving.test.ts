import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunRef, Taken } from '../../../src/crawl/coordinator.ts';
import { type ChunkOrder, workConserving } from '../../../src/queues/work-conserving.ts';

const CLAIM: Taken['claim'] = {
  kind: 'run',
  leaseId: 'lease',
  attempt: 0,
  items: [],
  options: {},
  holdMs: 4_000,
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const order = (jobId: string, chunk: number): ChunkOrder => ({
  jobId,
  epoch: 1,
  chunk,
  requestId: 'request',
});

interface Scene {
  /** Chunks that each job has besides those of the batch. */
  more: Record<string, number>;
  /** How long a chunk takes, in ms. */
  takes: (chunk: ChunkOrder) => number;
  /** The share of connections that so many chunks leave. */
  idleShare: (atWork: number) => number;
  /** Of each chunk. */
  urls?: number;
  /** By how many ms so many chunks make timers late. */
  late?: (atWork: number) => number;
}

/** Works a batch off, and says which chunks were worked on and how many at a time. */
async function play(batch: ChunkOrder[], scene: Scene) {
  const worked: string[] = [];
  const claimed: string[] = [];
  let atWork = 0;
  let most = 0;
  const started = Date.now();
  const sleep = async (ms: number) => await new Promise<void>((resolve) => setTimeout(resolve, ms));
  let number = 1_000;
  const done = workConserving(batch, {
    idleShare: () => scene.idleShare(atWork),
    work: async (one, claim) => {
      atWork++;
      most = Math.max(most, atWork);
      await sleep(scene.takes(one));
      atWork--;
      worked.push(one.jobId);
      if (claim !== null) claimed.push(one.jobId);
    },
    next: async ({ jobId }) => {
      if ((scene.more[jobId] ?? 0) === 0) return null;
      scene.more[jobId] = (scene.more[jobId] ?? 0) - 1;
      const items = Array.from({ length: scene.urls ?? 0 }, (_, position) => ({ position, url: '' }));
      return { chunk: number++, requestId: null, claim: { ...CLAIM, items } };
    },
    listRuns: async () => Object.keys(scene.more).map((jobId): RunRef => ({ jobId, epoch: 1 })),
    now: () => Date.now(),
    sleep: async (ms) => await sleep(ms + (scene.late?.(atWork) ?? 0)),
  });
  await vi.runAllTimersAsync();
  await done;
  return { worked, claimed, most, ms: Date.now() - started };
}

describe('a consumer with connections to spare', () => {
  it('takes more chunks than its batch has, until there are none', async () => {
    const { worked, claimed } = await play([order('job_a', 1)], {
      more: { job_a: 30 },
      takes: () => 2_000,
      idleShare: () => 0.5,
    });
    expect([worked.length, claimed.length]).toEqual([31, 30]);
  });

  it('takes nothing along with a chunk that has ended its consumer before', async () => {
    const { worked } = await play([{ ...order('job_a', 1), isSuspect: true }, order('job_a', 2)], {
      more: { job_a: 30 },
      takes: () => 2_000,
      idleShare: () => 0.5,
    });
    expect(worked).toHaveLength(2);
  });

  it('takes no more than its connections bear', async () => {
    const { most, worked } = await play([order('job_a', 1), order('job_a', 2)], {
      more: { job_a: 100 },
      takes: () => 2_000,
      idleShare: (atWork) => Math.max(0, 1 - atWork / 20),
    });
    expect(worked).toHaveLength(102);
    expect(most).toBeGreaterThan(15);
    // What is taken is felt a moment later.
    expect(most).toBeLessThan(40);
  });

  it('takes no more than it has time for', async () => {
    const { most, worked } = await play([order('job_a', 1)], {
      more: { job_a: 60 },
      takes: ({ chunk }) => 1_000 + (chunk % 7) * 400,
      idleShare: () => 0.5,
      late: (atWork) => (atWork > 12 ? 80 : 0),
    });
    expect(worked).toHaveLength(61);
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThan(25);
  });

  it('is not kept waiting by a chunk that does not come to an end', async () => {
    const { worked, ms } = await play([order('job_slow', 1)], {
      more: { job_slow: 0, job_b: 50 },
      takes: ({ jobId }) => (jobId === 'job_slow' ? 15_000 : 1_000),
      idleShare: () => 0.5,
    });
    expect(worked.filter((jobId) => jobId === 'job_b')).toHaveLength(50);
    expect(worked.at(-1)).toBe('job_slow');
    expect(ms).toBeLessThan(16_000);
  });

  it('serves the runs in turn', async () => {
    const { claimed } = await play([order('job_a', 1)], {
      more: { job_a: 20, job_b: 20 },
      takes: () => 1_000,
      idleShare: () => 0.5,
    });
    const half = claimed.slice(0, 20);
    expect(half.filter((jobId) => jobId === 'job_b').length).toBeGreaterThanOrEqual(9);
    expect(half.filter((jobId) => jobId === 'job_a').length).toBeGreaterThanOrEqual(9);
  });

  it('leaves the rest to others once it has used up what an invocation may', async () => {
    const { worked } = await play([order('job_a', 1)], {
      more: { job_a: 1_000 },
      takes: () => 500,
      idleShare: () => 0.5,
      urls: 1_000,
    });
    // The one of the batch, and 15,000 URLs.
    expect(worked).toHaveLength(16);
  });

  it('ends in time although there is always more', async () => {
    const { ms } = await play([order('job_a', 1)], {
      more: { job_a: 100_000 },
      takes: () => 5_000,
      idleShare: () => 0.5,
    });
    expect(ms).toBeGreaterThan(2.5 * 60_000);
    expect(ms).toBeLessThan(3.5 * 60_000);
  });
});
