import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { requireUser } from '../domain/account/require-user.ts';

/** For routes whose bodies are dear: what strangers send is not read. Errors: `unauthenticated`. */
export function signedIn() {
  return createMiddleware<AppEnv>(async function signedInMiddleware(c, next) {
    requireUser(c.get('ctx'));
    await next();
  });
}
