import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { AppError } from '../errors/app-error.ts';

/** Names and values together: four times what browsers send at the most. The platform itself allows 128 KiB. */
export const MAX_HEADER_CHARACTERS = 32 * 1024;

/** 431 for headers that nobody needs: each of them would be searched, hashed or sent on. */
export function boundedHeaders() {
  return createMiddleware<AppEnv>(async function boundedHeadersMiddleware(c, next) {
    let characters = 0;
    for (const [name, value] of c.req.raw.headers) characters += name.length + value.length;
    if (characters > MAX_HEADER_CHARACTERS)
      throw new AppError('headers_too_large', `The limit is ${MAX_HEADER_CHARACTERS / 1024} KiB.`);
    await next();
  });
}
