import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { configOf } from '../env.ts';

/**
 * Headers for every reply. The console runs no inline script or style. In development it may also read the
 * sample site's list of addresses.
 */
export function securityHeaders() {
  return createMiddleware<AppEnv>(async function securityHeadersMiddleware(c, next) {
    await next();
    const result = configOf(c.env);
    const sites = (result.ok && result.config.CRAWL_ALLOWED_ORIGINS) || [];
    const headers = c.res.headers;
    headers.set('x-content-type-options', 'nosniff');
    headers.set('referrer-policy', 'strict-origin-when-cross-origin');
    headers.set('cross-origin-opener-policy', 'same-origin');
    // Images of public projects say otherwise.
    if (!headers.has('cross-origin-resource-policy')) {
      headers.set('cross-origin-resource-policy', 'same-origin');
    }
    headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=()');
    if (result.environment !== 'development') {
      headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains');
    }
    if (!headers.has('content-security-policy')) {
      headers.set(
        'content-security-policy',
        [
          "default-src 'self'",
          "img-src 'self' data: blob:",
          `connect-src ${["'self'", ...sites].join(' ')}`,
          "object-src 'none'",
          "base-uri 'none'",
          "form-action 'self'",
          "frame-ancestors 'none'",
        ].join('; '),
      );
    }
  });
}
