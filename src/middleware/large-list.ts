import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { AppError } from '../errors/app-error.ts';
import { createLeaseQueue, type LeaseQueue } from '../resilience/lease-queue.ts';
import { MAX_JOB_BODY_BYTES } from './json-body.ts';

/** A list up to here costs an isolate less than a few MB, and most are: it does not wait. */
export const LARGE_LIST_BYTES = 256 * 1024;

/**
 * Isolate lifetime. From the bytes to the statement, a list is in memory several times over, some 13 MB for 4 MiB of
 * the 128 MB that an isolate has. A sender who is slower than 60 s keeps nobody waiting longer.
 */
const lists = createLeaseQueue({ concurrency: 2, maxWaiting: 16, maxWaitMs: 20_000, leaseMs: 60_000 });

/**
 * Lets two requests at a time that carry a large list, or one of unknown length, read it, and keeps the others waiting
 * with their bodies unread. Stands before whatever reads a body, and behind signedIn: a stranger who never sends the rest
 * must not take a place. Errors: `unavailable` when too many wait, or for too
 * long.
 */
export function largeList(queue: LeaseQueue = lists) {
  return createMiddleware<AppEnv>(async function largeListMiddleware(c, next) {
    const length = Number(c.req.header('content-length') ?? Number.NaN);
    // What is over the limit is refused unread.
    if (!c.req.raw.body || length <= LARGE_LIST_BYTES || length > MAX_JOB_BODY_BYTES) return await next();
    const turn = await queue.run(next);
    if (!turn.ok) throw new AppError('unavailable', 'Too many large lists at once.', { retryAfter: 5 });
  });
}
