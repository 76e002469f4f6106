import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { AppError } from '../errors/app-error.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses changes that a browser sends for another site: the session cookie is SameSite=Lax, this is the
 * second lock. Programs send neither header and pass.
 */
export function sameOrigin() {
  return createMiddleware<AppEnv>(async function sameOriginMiddleware(c, next) {
    if (!SAFE.has(c.req.method)) {
      const origin = c.req.header('origin');
      const site = c.req.header('sec-fetch-site');
      const foreign =
        (origin !== undefined && origin !== new URL(c.req.url).origin) ||
        (site !== undefined && site !== 'same-origin' && site !== 'none');
      if (foreign) throw new AppError('cross_origin', 'Send it from the console, or from a program.');
    }
    await next();
  });
}
