import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { acceptsGzip } from '../lib/accept-encoding.ts';

/**
 * Text that the platform sends as it is. It compresses HTML, CSS, scripts and JSON itself, and better
 * (https://developers.cloudflare.com/speed/optimization/content/compression/); images and archives are compressed.
 */
const TYPES = ['application/jsonl'];

/** Compresses what the platform does not. The runtime does it as the body is sent, for it sees Content-Encoding. */
export function compress() {
  return createMiddleware<AppEnv>(async function compressMiddleware(c, next) {
    await next();
    const { headers, status } = c.res;
    const [type = ''] = (headers.get('content-type') ?? '').split(';');
    const isFinal = headers.has('content-encoding') || headers.get('cache-control')?.includes('no-transform');
    if (status !== 200 || isFinal || !TYPES.includes(type.trim())) return;
    headers.append('vary', 'Accept-Encoding');
    if (!acceptsGzip(readAcceptEncoding(c))) return;
    headers.delete('content-length');
    headers.set('content-encoding', 'gzip');
  });
}

/** As the client sent it: the platform replaces the header by its own wish. */
function readAcceptEncoding(c: Context<AppEnv>): string | null {
  const cf: unknown = c.req.raw.cf;
  const isKnown = typeof cf === 'object' && cf !== null && 'clientAcceptEncoding' in cf;
  return isKnown && typeof cf.clientAcceptEncoding === 'string'
    ? cf.clientAcceptEncoding
    : (c.req.header('accept-encoding') ?? null);
}
