import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { configOf } from '../env.ts';
import { AppError } from '../errors/app-error.ts';
import { DeadlineError } from '../lib/deadline.ts';
import { CallerGoneError, createRequestDeadline } from '../resilience/request-deadline.ts';
import { defaultSettings, type Settings } from '../settings/index.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const UPLOAD = /^\/v1\/projects\/[^/]+\/images$/;
const EXPORT = /^\/v1\/projects\/[^/]+\/export$/;

function limitMs(method: string, path: string, requests: Settings['requests']): number {
  if (method === 'POST' && UPLOAD.test(path)) return requests.uploadMs;
  if (EXPORT.test(path)) return requests.exportMs;
  return SAFE.has(method) ? requests.readMs : requests.writeMs;
}

/** How long requests of each class may take, before the services are wired. */
export function requestTimesOf(env: object): Settings['requests'] {
  const result = configOf(env);
  return (result.ok ? result.config.SETTINGS : defaultSettings()).requests;
}

/**
 * Ends a request whose reply has not begun in time: 408 while its body is still waited for, else 503. What it waits for of
 * Postgres and Redis is aborted, so that a write has either been done or leaves nothing. A read ends with its caller, too; a
 * write is done all the same.
 */
export function deadline() {
  return createMiddleware<AppEnv>(async function deadlineMiddleware(c, next) {
    const requests = requestTimesOf(c.env);
    const { method, path } = c.req;
    const deadline = createRequestDeadline();
    c.set('deadline', deadline);
    try {
      await deadline.run(
        limitMs(method, path, requests),
        SAFE.has(method) ? c.req.raw.signal : null,
        async () => {
          await next();
        },
      );
    } catch (error) {
      if (!(error instanceof DeadlineError || error instanceof CallerGoneError)) throw error;
      c.get('log')['hasCallerGone'] = error instanceof CallerGoneError;
      if (error instanceof DeadlineError && c.get('isBodyAwaited'))
        throw new AppError('request_timeout', 'The body did not arrive in time.', { cause: error });
      throw new AppError('unavailable', 'It took too long.', { cause: error, retryAfter: 1 });
    }
  });
}
