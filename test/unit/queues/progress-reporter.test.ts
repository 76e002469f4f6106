import { describe, expect, it } from 'vitest';
import { createProgressReporter } from '../../../src/queues/progress-reporter.ts';

/** Reports and pauses that the test ends by hand. */
function stage() {
  const reports: { jobId: string; resolve: (isWatched: boolean) => void }[] = [];
  const pauses: { ms: number; resolve: () => void }[] = [];
  const reporter = createProgressReporter({
    report: (jobId) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      reports.push({ jobId, resolve });
      return promise;
    },
    sleep: (ms) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      pauses.push({ ms, resolve });
      return promise;
    },
  });
  const settle = async () => await new Promise((resolve) => setImmediate(resolve));
  return { reports, pauses, reporter, settle };
}

describe('a progress reporter', () => {
  it('tells the first news at once, and what comes meanwhile together, four times a second', async () => {
    const { reports, pauses, reporter, settle } = stage();
    reporter.note('a');
    reporter.note('a');
    await settle();
    expect(reports).toHaveLength(1);
    reporter.note('a');
    reports[0]?.resolve(true);
    await settle();
    expect([reports.length, pauses.map(({ ms }) => ms)]).toEqual([1, [250]]);
    reporter.note('a');
    pauses[0]?.resolve();
    await settle();
    expect(reports).toHaveLength(2);
    reports[1]?.resolve(true);
    pauses[1]?.resolve();
    await settle();
    expect(reports).toHaveLength(2);
  });

  it('is slow while nobody watches, and keeps jobs apart', async () => {
    const { reports, pauses, reporter, settle } = stage();
    reporter.note('a');
    reporter.note('b');
    await settle();
    expect(reports.map(({ jobId }) => jobId)).toEqual(['a', 'b']);
    reports[0]?.resolve(false);
    await settle();
    expect(pauses.map(({ ms }) => ms)).toEqual([2_000]);
  });

  it('tells what was noted last before it closes, without waiting for a pause', async () => {
    const { reports, reporter, settle } = stage();
    reporter.note('a');
    await settle();
    reports[0]?.resolve(true);
    await settle();
    reporter.note('a');
    let isClosed = false;
    const closing = reporter.close().then(() => (isClosed = true));
    await settle();
    expect([reports.length, isClosed]).toEqual([2, false]);
    reports[1]?.resolve(true);
    await closing;
  });
});
