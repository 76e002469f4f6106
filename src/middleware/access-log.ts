import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { logEvent } from '../observability/logger.ts';
import { matchedRoute } from './matched-route.ts';

/** Asked every few seconds by whoever watches, and always answered the same: a line each would bury the others. */
const UNLOGGED = '/health/live';

/** A 503 that somebody has asked for is nothing to wake anybody up for. */
const WANTED: ErrorCode = 'draining';

/** One wide event a request, named `event`. Paths are logged as route patterns: an address may hold a signature or a token. */
export function accessLog(event = 'request') {
  return createMiddleware<AppEnv>(async function accessLogMiddleware(c, next) {
    const started = performance.now();
    c.set('log', {});
    if (c.req.path === UNLOGGED) return await next();
    await next();
    const { status } = c.res;
    const isFault = status >= 500 && c.get('log')['code'] !== WANTED;
    logEvent(isFault ? 'error' : 'info', event, {
      requestId: c.get('requestId'),
      traceId: c.get('trace').traceId,
      method: c.req.method,
      route: matchedRoute(c) ?? '/*',
      status,
      durationMs: Math.round(performance.now() - started),
      ...c.get('log'),
    });
  });
}
