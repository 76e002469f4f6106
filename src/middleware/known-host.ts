import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { configOf } from '../env.ts';
import { AppError } from '../errors/app-error.ts';
import { readOrigin } from '../lib/request-origin.ts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * In development, serves only loopback names, the host of PUBLIC_URL and the origin of SHARED_URL. Else a page whose
 * name is made to point at this machine (DNS rebinding) would be of the same origin as the Worker, and could sign in
 * with the demo account. Deployed, the platform routes only the names that were given to it.
 */
export function knownHost() {
  return createMiddleware<AppEnv>(async function knownHostMiddleware(c, next) {
    const result = configOf(c.env);
    if (result.ok && result.environment === 'development') {
      const { PUBLIC_URL, SHARED_URL } = result.config;
      const { hostname } = readOrigin(c.req.url);
      const isShared = SHARED_URL !== undefined && new URL(c.req.url).origin === new URL(SHARED_URL).origin;
      if (!LOOPBACK.has(hostname) && hostname !== new URL(PUBLIC_URL).hostname && !isShared) {
        throw new AppError('unknown_host', 'Use the address that Darkroom printed when it started.');
      }
    }
    await next();
  });
}
