import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { AppError, invalidField } from '../errors/app-error.ts';

export const MAX_BODY_BYTES = 1024 * 1024;
/** 10,000 addresses of a usual length. */
export const MAX_JOB_BODY_BYTES = 4 * 1024 * 1024;

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

function tooLarge(maxBytes: number): never {
  throw new AppError('payload_too_large', `The limit is ${maxBytes / 1024 / 1024} MiB.`);
}

/**
 * 413 above `maxBytes`: by Content-Length before a byte is read, else as soon as the count passes the limit.
 * 415 for a body that does not say it is JSON. Also for DELETE: a body nobody asked for must not fill the memory. One
 * without Content-Length is read whole to be counted. `isLater`: paths with a jsonBody of their own further on.
 */
export function jsonBody(maxBytes: number, isLater: (path: string) => boolean = () => false) {
  return createMiddleware<AppEnv>(async function jsonBodyMiddleware(c, next) {
    const length = c.req.header('content-length');
    // Browsers send `Content-Length: 0` with a POST without a body, and the runtime makes it an empty stream.
    if (SAFE.has(c.req.method) || !c.req.raw.body || length === '0') return await next();
    if (isLater(c.req.path)) return await next();
    if (Number(length ?? 0) > maxBytes) tooLarge(maxBytes);
    const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/json') {
      throw new AppError('unsupported_media_type', 'Set Content-Type to application/json.');
    }
    try {
      return await bodyLimit({ maxSize: maxBytes, onError: () => tooLarge(maxBytes) })(c, next);
    } catch (error) {
      if (error instanceof AppError) throw error;
      // What comes after handles its own errors: this is the body, whose sender has gone.
      throw invalidField('body', 'broke off');
    }
  });
}
