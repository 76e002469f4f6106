import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { openTrace } from '../resilience/trace.ts';

const ACCEPTED = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * Takes the caller's X-Request-Id when it is harmless, else makes one; every reply carries it. Goes on with the caller's
 * trace in the same way.
 */
export function requestId() {
  return createMiddleware<AppEnv>(async function requestIdMiddleware(c, next) {
    const given = c.req.header('x-request-id');
    const id = given && ACCEPTED.test(given) ? given : crypto.randomUUID();
    c.set('requestId', id);
    c.set('trace', openTrace(c.req.header('traceparent')));
    await next();
    c.res.headers.set('x-request-id', id);
  });
}
