import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LeaseAnswer, LeaseRef } from '../../../src/crawl/coordinator.ts';
import { createHeartbeat } from '../../../src/queues/heartbeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const lease = (jobId: string, chunk: number): LeaseRef => ({ jobId, epoch: 1, chunk, leaseId: `${chunk}` });

describe('the heartbeat of an invocation', () => {
  it('prolongs the leases of a job in one call a second, and tells each its own', async () => {
    const calls: [string, number[]][] = [];
    const heartbeat = createHeartbeat((jobId) => ({
      report: async (leases) => {
        calls.push([jobId, leases.map(({ chunk }) => chunk)]);
        return leases.map(({ chunk }): LeaseAnswer => (chunk === 2 ? 'stop' : 'go'));
      },
    }));
    const told: Record<string, LeaseAnswer[]> = {};
    const join = (one: LeaseRef) =>
      heartbeat.join(one, (answer) => void answer.then((said) => (told[one.leaseId] ??= []).push(said)));
    const leaves = [join(lease('job_a', 1)), join(lease('job_a', 2)), join(lease('job_b', 3))];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(calls).toEqual([
      ['job_a', [1, 2]],
      ['job_b', [3]],
    ]);
    expect(told).toEqual({ 1: ['go'], 2: ['stop'], 3: ['go'] });
    leaves[1]?.();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(calls.slice(2)).toEqual([
      ['job_a', [1]],
      ['job_b', [3]],
    ]);
    for (const leave of leaves) leave();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('passes on that a coordinator did not answer', async () => {
    const heartbeat = createHeartbeat(() => ({
      report: async () => await Promise.reject(new Error('lost')),
    }));
    let said = '';
    const leave = heartbeat.join(lease('job_a', 1), (answer) => {
      answer.catch((error: Error) => (said = error.message));
    });
    await vi.advanceTimersByTimeAsync(1_000);
    leave();
    expect(said).toBe('lost');
  });
});
