import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { AppError } from '../errors/app-error.ts';
import { readCapped } from '../resilience/read-capped.ts';
import { requestTimesOf } from './deadline.ts';

export const MAX_BODY_BYTES = 1024 * 1024;
/** 10,000 addresses of a usual length. */
export const MAX_JOB_BODY_BYTES = 4 * 1024 * 1024;

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

interface JsonBodyOptions {
  maxBytes: number;
  /** Which of the settings says how long the body may take to arrive. */
  within: 'bodyMs' | 'writeMs';
  /** Paths with a jsonBody of their own further on. */
  isLater?: (path: string) => boolean;
}

/**
 * Reads a body into memory, so that nothing later waits for its sender. 413 above `maxBytes`: by Content-Length before a
 * byte is read, else as soon as the count passes the limit. 415 for a body that does not say it is JSON, 408 for one
 * that does not arrive in time. Also for DELETE: a body nobody asked for must not fill the memory.
 */
export function jsonBody({ maxBytes, within, isLater = () => false }: JsonBodyOptions) {
  return createMiddleware<AppEnv>(async function jsonBodyMiddleware(c, next) {
    const { raw } = c.req;
    const length = c.req.header('content-length');
    // Browsers send `Content-Length: 0` with a POST without a body, and the runtime makes it an empty stream.
    const isEmpty = length === '0' && c.req.header('transfer-encoding') === undefined;
    if (SAFE.has(c.req.method) || !raw.body || isEmpty || isLater(c.req.path)) return await next();
    if (Number(length ?? 0) > maxBytes) {
      throw new AppError('payload_too_large', `The limit is ${maxBytes / 1024 / 1024} MiB.`);
    }
    const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/json') {
      throw new AppError('unsupported_media_type', 'Set Content-Type to application/json.');
    }
    c.set('isBodyAwaited', true);
    const body = await readCapped(raw.body, maxBytes, requestTimesOf(c.env)[within]);
    c.set('isBodyAwaited', false);
    c.req.raw = new Request(raw, { method: raw.method, body });
    return await next();
  });
}
