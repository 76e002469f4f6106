import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { configOf } from '../env.ts';
import { AppError } from '../errors/app-error.ts';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * In development, serves only loopback names and the host of PUBLIC_URL. Else a page whose name is made to point at
 * this machine (DNS rebinding) would be of the same origin as the Worker, and could sign in with the demo account.
 * Deployed, the platform routes only the names that were given to it.
 */
export function knownHost() {
  return createMiddleware<AppEnv>(async function knownHostMiddleware(c, next) {
    const result = configOf(c.env);
    if (result.ok && result.environment === 'development') {
      const { hostname } = new URL(c.req.url);
      if (!LOOPBACK.has(hostname) && hostname !== new URL(result.config.PUBLIC_URL).hostname) {
        throw new AppError('unknown_host', 'Use the address that Darkroom printed when it started.');
      }
    }
    await next();
  });
}
