import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { configOf } from '../env.ts';
import { AppError } from '../errors/app-error.ts';
import { readOrigin } from '../lib/request-origin.ts';

/** What programs ask for: whoever sends a token or a signature in clear must notice, and not be led on quietly. */
const API = /^\/(v1|media|health|\.well-known)\/|^\/openapi\.json$/;

/**
 * Leads a browser that asks for a page over plain http to https, with 308, and refuses everything else so. Not in
 * development, which has no other; the runtime says in the scheme of the address how the request came.
 */
export function requireHttps() {
  return createMiddleware<AppEnv>(async function requireHttpsMiddleware(c, next) {
    const { protocol } = readOrigin(c.req.url);
    if (protocol === 'https:' || configOf(c.env).environment === 'development') return await next();
    const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
    if (!isRead || API.test(c.req.path)) throw new AppError('insecure_transport', 'Send it over https.');
    const url = new URL(c.req.url);
    url.protocol = 'https:';
    url.port = '';
    return c.redirect(url.href, 308);
  });
}
