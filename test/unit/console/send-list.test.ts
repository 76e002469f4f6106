import { describe, expect, it } from 'vitest';
import { addUrlsBody } from '../../../src/routes/job/schema.ts';
import { MAX_BODY_BYTES } from '../../../src/middleware/json-body.ts';
import { ProblemError, readProblem } from '../../../console/src/api/problem.ts';
import { NOTHING_SENT, sendList } from '../../../console/src/import-list/send-list.ts';
import type { Sent } from '../../../console/src/import-list/send-list.ts';
import { entryOf } from '../../../console/src/import-list/list-entry.ts';
import type { ListEntry } from '../../../console/src/import-list/list-entry.ts';
import { sliceEntries } from '../../../console/src/import-list/slice-entries.ts';

const url = (index: number) => `https://a.example/${index}.jpg`;
const urls = (count: number) => Array.from({ length: count }, (_, index) => url(index));

async function slicesOf(batches: ListEntry[][], maxEntries?: number, maxBytes?: number) {
  const slices: ListEntry[][] = [];
  for await (const slice of sliceEntries(batches, maxEntries, maxBytes)) slices.push(slice);
  return slices;
}

describe('a long list', () => {
  it('is cut into full slices across the pieces it comes in, in order', async () => {
    const slices = await slicesOf([urls(3), [], urls(4)], 3);
    expect(slices.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(slices.flat()).toEqual([...urls(3), ...urls(4)]);
  });

  it('is cut sooner when its addresses are long, and an address that is longer goes alone', async () => {
    const long = `https://a.example/${'x'.repeat(60)}`;
    expect(await slicesOf([[url(1), long, url(2), url(3)]], 10, 60)).toEqual([
      [url(1)],
      [long],
      [url(2), url(3)],
    ]);
  });

  it('has no slice when it is empty', async () => {
    expect(await slicesOf([[]])).toEqual([]);
  });

  it('travels in requests that the service accepts', async () => {
    const longest = Array.from({ length: 6_000 }, (_, n) => `https://a.example/${n}`.padEnd(2_000, 'x'));
    const told = urls(12_000).map((url) => ({
      url,
      context: { pageUrl: null, alt: 'ä'.repeat(200), caption: '"', licenseUrl: null },
    }));
    const slices = await Promise.all([longest, urls(12_000), told].map((list) => slicesOf([list])));
    for (const slice of slices.flat()) {
      expect(Buffer.byteLength(JSON.stringify({ urls: slice }))).toBeLessThan(MAX_BODY_BYTES);
      expect(addUrlsBody().safeParse({ urls: slice }).success).toBe(true);
    }
  });
});

describe('a row of a list', () => {
  const bare = { alt: null, caption: null, licenseUrl: null };

  it('goes as its address alone, or with what is said about it', () => {
    const row = { line: 1, url: url(1), problem: null };
    expect(entryOf({ ...row, context: bare })).toEqual([url(1)]);
    const context = { ...bare, caption: 'A plate' };
    expect(entryOf({ ...row, context })).toEqual([{ url: url(1), context: { pageUrl: null, ...context } }]);
  });

  it('is left out without a usable address', () => {
    expect(entryOf({ line: 1, url: null, problem: 'empty', context: bare })).toEqual([]);
  });
});

const busy = () =>
  new ProblemError(readProblem({ code: 'unavailable', title: 'Busy', retryable: true }, 503, null));
const refused = () =>
  new ProblemError(readProblem({ code: 'illegal_state', title: 'No', retryable: false }, 409, null));

/** A service that answers calls with the listed errors first. */
function serviceWith(errors: (Error | null)[], totalAfter: (calls: number) => number = () => 0) {
  const received: ListEntry[] = [];
  const waits: number[] = [];
  const steps: Sent[] = [];
  let pauses = 0;
  let calls = 0;
  const answer = async <T>(value: T): Promise<T> => {
    calls += 1;
    const error = errors.shift();
    if (error) throw error;
    return await Promise.resolve(value);
  };
  const ports = {
    create: async () => await answer('job_1'),
    add: async (_jobId: string, slice: readonly ListEntry[]) => {
      await answer(null);
      received.push(...slice);
      return totalAfter(calls);
    },
    wait: async (ms: number) => {
      waits.push(ms);
      await Promise.resolve();
    },
    onProgress: (sent: Sent) => steps.push(sent),
    onPause: () => {
      pauses += 1;
    },
  };
  return { ports, received, waits, steps, pauses: () => pauses, calls: () => calls };
}

describe('sending a list', () => {
  it('makes a draft, adds slice by slice and tells how far it is', async () => {
    const { ports, received, steps } = serviceWith([]);
    expect(await sendList([urls(12_000)], NOTHING_SENT, ports)).toBe('job_1');
    expect(received).toEqual(urls(12_000));
    expect(steps.map(({ entries }) => entries)).toEqual([0, 5_000, 10_000, 12_000]);
  });

  it('waits longer and longer for a service that is busy, and goes on', async () => {
    const { ports, received, waits, pauses } = serviceWith([null, busy(), busy(), busy()]);
    await sendList([urls(12_000)], NOTHING_SENT, ports);
    expect(received).toEqual(urls(12_000));
    expect(waits).toEqual([2_000, 4_000, 8_000]);
    expect(pauses()).toBe(3);
  });

  it('gives up when it is refused, and a later try goes on from there', async () => {
    const { ports, received, steps } = serviceWith([null, null, null, refused()]);
    await expect(sendList([urls(12_000)], NOTHING_SENT, ports)).rejects.toThrow('No');
    const before = steps.at(-1) ?? NOTHING_SENT;
    expect(before).toEqual({ jobId: 'job_1', slices: 2, entries: 10_000 });
    expect(await sendList([urls(12_000)], before, ports)).toBe('job_1');
    expect(received).toEqual(urls(12_000));
  });

  it('gives up on a service that stays busy', async () => {
    const { ports, calls } = serviceWith([null, ...Array.from({ length: 20 }, busy)]);
    await expect(sendList([urls(6_000)], NOTHING_SENT, ports)).rejects.toThrow('Busy');
    expect(calls()).toBe(1 + 6);
  });

  it('never makes the draft twice by itself', async () => {
    const { ports, calls } = serviceWith([busy()]);
    await expect(sendList([urls(10)], NOTHING_SENT, ports)).rejects.toThrow('Busy');
    expect(calls()).toBe(1);
  });

  it('ends as soon as the draft is full', async () => {
    const { ports, calls } = serviceWith([], (call) => (call === 3 ? 1_000_000 : 5_000));
    await sendList([urls(20_000)], NOTHING_SENT, ports);
    expect(calls()).toBe(3);
  });
});
