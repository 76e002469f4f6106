import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';

/**
 * Ends the body of the reply to a HEAD, which is made as that to a GET. Hono drops it without a word, so that nothing
 * else would tell its source to stop and to give back what it holds. Rejects with what the source says to that. It stands
 * before whatever reads the body.
 */
export function unreadBody() {
  return createMiddleware<AppEnv>(async function unreadBodyMiddleware(c, next) {
    await next();
    if (c.req.method === 'HEAD') await c.res.body?.cancel();
  });
}
