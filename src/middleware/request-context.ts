import { createMiddleware } from 'hono/factory';
import type { AppEnv, RequestContext } from '../context.ts';
import { configOf } from '../env.ts';
import { AppError } from '../errors/app-error.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import { publicSiteOf } from '../public-site/public-site.ts';
import { createServices } from '../services.ts';

/** Wires the services; sends the bookmark of a write back. */
export function requestContext() {
  return createMiddleware<AppEnv>(async function requestContextMiddleware(c, next) {
    const result = configOf(c.env);
    if (!result.ok) throw new AppError('misconfigured', '');
    const requestId = c.get('requestId');
    const ctx: RequestContext = {
      requestId,
      actor: { kind: 'anonymous' },
      idempotency: null,
      services: createServices(result.config, publicSiteOf(c.executionCtx.exports)),
      waitUntil(name, work) {
        const guarded = work.catch((error: unknown) => {
          logEvent('error', 'background_failed', { requestId, name, ...describeError(error) });
        });
        c.executionCtx.waitUntil(guarded);
      },
      bookmark: null,
      cacheStatus: null,
    };
    c.set('ctx', ctx);
    await next();
    if (ctx.bookmark) c.res.headers.set('darkroom-bookmark', ctx.bookmark);
  });
}
