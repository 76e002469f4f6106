import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLeaseQueue } from '../../../src/resilience/lease-queue.ts';

const options = { concurrency: 1, maxWaiting: 3, maxWaitMs: 1000, leaseMs: 5000 };
const busy = { ok: false, reason: 'busy' };

/** A task that never comes back, as after a request that the runtime cancelled. */
const cancelled = () => new Promise<never>(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the lease queue', () => {
  it.each([1, 2, 3])('runs at most %i tasks at a time, in the order of asking', async (concurrency) => {
    const queue = createLeaseQueue({ ...options, concurrency });
    const started: number[] = [];
    let running = 0;
    let most = 0;
    const ids = [1, 2, 3, 4];
    const turns = ids.map((id) =>
      queue.run(async () => {
        started.push(id);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 10));
        running--;
        return id;
      }),
    );
    await vi.advanceTimersByTimeAsync(100);
    expect(await Promise.all(turns)).toEqual(ids.map((value) => ({ ok: true, value })));
    expect(started).toEqual(ids);
    expect(most).toBe(concurrency);
  });

  it('starts the next task as soon as any of the running ones ends', async () => {
    const queue = createLeaseQueue({ ...options, concurrency: 2 });
    const second = Promise.withResolvers<void>();
    void queue.run(cancelled);
    void queue.run(() => second.promise);
    const third = queue.run(async () => 'third');
    second.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(await third).toEqual({ ok: true, value: 'third' });
  });

  it('lets what arrived meanwhile go before the next task, which may occupy the thread', async () => {
    const queue = createLeaseQueue(options);
    const order: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = queue.run(() => promise);
    const second = queue.run(async () => order.push('next task'));
    resolve();
    setTimeout(() => order.push('request that arrived'), 0);
    await first;
    await vi.advanceTimersByTimeAsync(1);
    await second;
    expect(order).toEqual(['request that arrived', 'next task']);
  });

  it('is busy for one more than may wait, and for who waits too long', async () => {
    const queue = createLeaseQueue(options);
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = queue.run(() => promise);
    const waiting = [1, 2, 3].map(() => queue.run(async () => 'late'));
    expect(await queue.run(async () => 'one too many')).toEqual(busy);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await Promise.all(waiting)).toEqual([busy, busy, busy]);
    resolve('done');
    expect(await first).toEqual({ ok: true, value: 'done' });
    expect(await queue.run(async () => 'free again')).toEqual({ ok: true, value: 'free again' });
  });

  it('goes on after a task that throws, and passes its error on', async () => {
    const queue = createLeaseQueue(options);
    const failed = queue.run(() => Promise.reject(new Error('out of memory')));
    const next = queue.run(async () => 'next');
    await expect(failed).rejects.toThrow('out of memory');
    await vi.advanceTimersByTimeAsync(0);
    expect(await next).toEqual({ ok: true, value: 'next' });
  });

  it('takes a task for dead when its lease is over, as after a cancelled request', async () => {
    const queue = createLeaseQueue({ ...options, maxWaitMs: 10_000 });
    void queue.run(cancelled);
    const next = queue.run(async () => 'alive');
    await vi.advanceTimersByTimeAsync(4999);
    expect(await Promise.race([next, 'still waiting'])).toBe('still waiting');
    await vi.advanceTimersByTimeAsync(2);
    expect(await next).toEqual({ ok: true, value: 'alive' });
  });

  it('frees no place twice when a task ends after its lease was given away', async () => {
    const queue = createLeaseQueue({ ...options, maxWaitMs: 10_000 });
    const slow = Promise.withResolvers<string>();
    const first = queue.run(() => slow.promise);
    await vi.advanceTimersByTimeAsync(5000);
    void queue.run(cancelled);
    slow.resolve('late');
    expect(await first).toEqual({ ok: true, value: 'late' });
    const third = queue.run(async () => 'third');
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.race([third, 'still waiting'])).toBe('still waiting');
    await vi.advanceTimersByTimeAsync(5000);
    expect(await third).toEqual({ ok: true, value: 'third' });
  });
});
