import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { AppEnv } from '../../../src/context.ts';
import { AppError } from '../../../src/errors/app-error.ts';
import { MAX_JOB_BODY_BYTES } from '../../../src/middleware/json-body.ts';
import { LARGE_LIST_BYTES, largeList } from '../../../src/middleware/large-list.ts';
import { createLeaseQueue } from '../../../src/resilience/lease-queue.ts';

/** A service whose requests stay under way until they are let go; those under way, in the order they came to be. */
function createService(maxWaiting: number) {
  const underWay: (() => void)[] = [];
  const app = new Hono<AppEnv>();
  app.onError((error, c) => {
    if (!(error instanceof AppError)) throw error;
    return c.text(error.code, 503, { 'retry-after': String(error.options.retryAfter) });
  });
  app.use(largeList(createLeaseQueue({ concurrency: 2, maxWaiting, maxWaitMs: 20_000, leaseMs: 60_000 })));
  app.post('/', async (c) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    underWay.push(resolve);
    await promise;
    return c.text('read');
  });
  const send = async (length: number | null): Promise<Response> =>
    await app.request('/', {
      method: 'POST',
      body: '[]',
      headers: length === null ? {} : { 'content-length': String(length) },
    });
  return { underWay, send };
}

/** Long enough for requests that need not wait, and for the next in the queue, to get under way. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}

describe('large lists', () => {
  it.each([
    ['over 256 KiB', LARGE_LIST_BYTES + 1],
    ['of unknown length', null],
  ])('%s are read two at a time, and each in the end', async (_, length) => {
    const { underWay, send } = createService(16);
    const replies = Array.from({ length: 8 }, async () => await send(length));
    for (const seen of [2, 4, 6, 8]) {
      await settle();
      expect(underWay).toHaveLength(seen);
      for (const letGo of underWay.slice(-2)) letGo();
    }
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(Array(8).fill(200));
  });

  it.each([
    ['small ones', LARGE_LIST_BYTES],
    ['those that are refused unread', MAX_JOB_BODY_BYTES + 1],
  ])('do not keep %s waiting', async (_, length) => {
    const { underWay, send } = createService(0);
    const large = [send(LARGE_LIST_BYTES + 1), send(LARGE_LIST_BYTES + 1)];
    const others = [send(length), send(length)];
    await settle();
    expect(underWay).toHaveLength(4);
    for (const letGo of underWay) letGo();
    for (const reply of await Promise.all([...large, ...others])) expect(reply.status).toBe(200);
  });

  it('are turned away, with a time to come back, when too many wait', async () => {
    const { underWay, send } = createService(1);
    const accepted = Array.from({ length: 3 }, async () => await send(null));
    const refused = await send(null);
    expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
      503,
      '5',
      'unavailable',
    ]);
    for (const seen of [2, 3]) {
      await settle();
      expect(underWay).toHaveLength(seen);
      for (const letGo of underWay) letGo();
    }
    expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
