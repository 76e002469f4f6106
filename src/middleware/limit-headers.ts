import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { AppError } from '../errors/app-error.ts';
import { toLimitHeaders } from '../rate-limit/headers.ts';
import { logFaults, logRefusals } from '../rate-limit/log-verdicts.ts';

/** Tells how the request was limited, on every reply, and in the log who judged when it was not Redis, and
 * which limits refused. */
export function limitHeaders() {
  return createMiddleware<AppEnv>(async function limitHeadersMiddleware(c, next) {
    await next();
    const { limits } = c.get('ctx');
    for (const [name, value] of Object.entries(toLimitHeaders(limits))) c.res.headers.set(name, value);
    logFaults(c.get('log'), limits);
    const isRefused = c.error instanceof AppError && c.error.code === 'rate_limited';
    if (isRefused) logRefusals(c.get('log'), limits);
  });
}
