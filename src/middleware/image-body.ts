import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { AppError } from '../errors/app-error.ts';
import { observedStream } from '../lib/observed-stream.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** The body of a request with imageBody before it, unread; null when there is none. */
    imageBody: ReadableStream<Uint8Array> | null;
  }
}

/**
 * Sets a raw image aside for the route, so that not one byte of it is read before it is known who sends it. 413 for
 * a Content-Length above `maxBytes`; 415 for a body that does not say it is an image or just bytes.
 */
export function imageBody(maxBytes: number) {
  return createMiddleware<AppEnv>(async function imageBodyMiddleware(c, next) {
    const { raw } = c.req;
    const { body, method, headers } = raw;
    if (Number(headers.get('content-length') ?? 0) > maxBytes) {
      throw new AppError('payload_too_large', `The limit is ${maxBytes / 1024 / 1024} MiB.`);
    }
    const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
    if (body && type !== 'application/octet-stream' && !/^image\/[^/\s]+$/.test(type)) {
      throw new AppError(
        'unsupported_media_type',
        'Send the bytes of one image as image/… or application/octet-stream. Multipart forms are not supported.',
      );
    }
    const mark = (isAwaited: boolean) => () => c.set('isBodyAwaited', isAwaited);
    const observer = { onWait: mark(true), onChunk: mark(false), onEnd: mark(false) };
    c.set('imageBody', body && observedStream(body, observer));
    if (body) c.req.raw = new Request(raw.url, { method, headers });
    await next();
  });
}
