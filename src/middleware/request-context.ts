import { createMiddleware } from 'hono/factory';
import type { AppEnv, RequestContext } from '../context.ts';
import { knownTo } from '../db/read.ts';
import { configOf } from '../env.ts';
import { AppError } from '../errors/app-error.ts';
import { keepGoing } from '../observability/keep-going.ts';
import { publicSiteOf } from '../public-site/public-site.ts';
import { createServices } from '../services.ts';
import { matchedRoute } from './matched-route.ts';

/** Wires the services. */
export function requestContext() {
  return createMiddleware<AppEnv>(async function requestContextMiddleware(c, next) {
    const result = configOf(c.env);
    if (!result.ok) throw new AppError('misconfigured', '');
    const requestId = c.get('requestId');
    const waitUntil = (name: string, work: Promise<unknown>) =>
      keepGoing(c.executionCtx, { name, requestId }, work);
    const ctx: RequestContext = {
      requestId,
      actor: { kind: 'anonymous' },
      idempotency: null,
      services: createServices(
        result.config,
        {
          requestId,
          trace: c.get('trace'),
          signal: c.get('deadline')?.signal ?? null,
          route: () => matchedRoute(c) ?? '/*',
        },
        { background: waitUntil, known: () => knownTo(ctx), site: publicSiteOf(c.executionCtx.exports) },
      ),
      principal: null,
      waitUntil,
      known: null,
      bookmark: null,
      isStale: false,
      cacheStatus: null,
      limits: [],
    };
    c.set('ctx', ctx);
    await next();
  });
}
