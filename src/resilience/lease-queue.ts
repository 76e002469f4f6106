/** Limits of a queue; times in milliseconds. */
export interface LeaseQueueOptions {
  /** Tasks that may run at the same time. */
  concurrency: number;
  /** Callers that may wait behind the running ones. */
  maxWaiting: number;
  /** A caller that has waited this long gives up. */
  maxWaitMs: number;
  /** After this a running task is taken for dead: its request may have been cancelled by the runtime. */
  leaseMs: number;
}

/** The outcome of one turn: `busy` when the queue was full or the wait too long, and nothing was run. */
export type Turn<T> = { ok: true; value: T } | { ok: false; reason: 'busy' };

export interface LeaseQueue {
  /** Rejects only with what the task rejects with. */
  run<T>(task: () => Promise<T>): Promise<Turn<T>>;
}

interface Lease {
  expiresAt: number;
  released: Promise<void>;
  release(): void;
}

/**
 * Runs a bounded number of tasks at a time, because the memory limit is per isolate and not per request.
 * Nothing is counted by a `finally` alone: a request that the runtime cancels never gets there, so both the
 * running leases and the places of those who wait expire by the clock.
 */
export function createLeaseQueue(options: LeaseQueueOptions): LeaseQueue {
  const { concurrency, maxWaiting, maxWaitMs, leaseMs } = options;
  const leases = new Set<Lease>();
  const waiting = new Set<{ deadline: number }>();

  function take(): Lease {
    const { promise, resolve } = Promise.withResolvers<void>();
    const lease = { expiresAt: Date.now() + leaseMs, released: promise, release: resolve };
    leases.add(lease);
    return lease;
  }

  function isFull(): boolean {
    for (const lease of leases) if (lease.expiresAt <= Date.now()) leases.delete(lease);
    return leases.size >= concurrency;
  }

  /** No await may stand between seeing that a lease is free and taking it. */
  async function acquire(): Promise<Lease | null> {
    if (!isFull()) return take();
    const place = { deadline: Date.now() + maxWaitMs };
    for (const other of waiting) if (other.deadline <= Date.now()) waiting.delete(other);
    if (waiting.size >= maxWaiting) return null;
    waiting.add(place);
    let lease: Lease;
    try {
      while (isFull()) {
        const now = Date.now();
        if (now >= place.deadline) return null;
        const running = [...leases];
        const until = Math.min(place.deadline, ...running.map((lease) => lease.expiresAt));
        await settleWithin(Promise.race(running.map((lease) => lease.released)), until - now);
      }
      lease = take();
    } finally {
      waiting.delete(place);
    }
    // Tasks may occupy the thread. The next one comes after the requests that arrived meanwhile, not before them.
    await nextMacrotask();
    return lease;
  }

  return {
    async run(task) {
      const mine = await acquire();
      if (mine === null) return { ok: false, reason: 'busy' };
      try {
        return { ok: true, value: await task() };
      } finally {
        leases.delete(mine);
        mine.release();
      }
    },
  };
}

async function nextMacrotask(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

async function settleWithin(promise: Promise<void>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
