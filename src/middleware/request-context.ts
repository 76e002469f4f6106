import { createMiddleware } from 'hono/factory';
import type { AppEnv, RequestContext } from '../context.ts';
import { configOf } from '../env.ts';
import { AppError } from '../errors/app-error.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import { createServices } from '../services.ts';

/** Wires the services. */
export function requestContext() {
  return createMiddleware<AppEnv>(async function requestContextMiddleware(c, next) {
    const result = configOf(c.env);
    if (!result.ok) throw new AppError('misconfigured', '');
    const requestId = c.get('requestId');
    const ctx: RequestContext = {
      requestId,
      actor: { kind: 'anonymous' },
      idempotency: null,
      services: createServices(result.config),
      waitUntil(name, work) {
        const guarded = work.catch((error: unknown) => {
          logEvent('error', 'background_failed', { requestId, name, ...describeError(error) });
        });
        c.executionCtx.waitUntil(guarded);
      },
      known: null,
      bookmark: null,
      isStale: false,
    };
    c.set('ctx', ctx);
    await next();
  });
}
