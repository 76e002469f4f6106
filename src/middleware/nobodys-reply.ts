import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';

/** What belongs to one request or one caller. */
const PERSONAL = ['set-cookie', 'darkroom-bookmark'];

/** For replies whose copies everybody gets: takes away what is of one caller. */
export function nobodysReply() {
  return createMiddleware<AppEnv>(async function nobodysReplyMiddleware(c, next) {
    await next();
    for (const name of PERSONAL) c.res.headers.delete(name);
  });
}
