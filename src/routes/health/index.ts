import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { checkReadiness } from '../../domain/health/check-readiness.ts';
import type { App } from '../app.ts';
import { AppError } from '../../errors/app-error.ts';
import { json, problems, timestamp } from '../schema.ts';

const tags = ['Health'];
const part = z.enum(['ok', 'down', 'misconfigured', 'none']);
const readiness = z
  .object({
    status: z.enum(['ready', 'degraded', 'unavailable']),
    replicaLag: z
      .object({ lagMs: z.int().nullable(), measuredAt: timestamp })
      .nullable()
      .meta({ description: 'As cron measured it last; lagMs is null when the replica did not answer' }),
    parts: z.object({ primary: part, replica: part, redis: part, media: part }),
  })
  .meta({ id: 'Readiness' });

/** Answers before anything else is looked at, also when the configuration is wrong. */
export function livenessRoute(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/health/live',
      tags,
      summary: 'Whether the Worker runs',
      responses: { 200: json(z.object({ status: z.literal('live') })) },
    }),
    (c) => c.json({ status: 'live' as const }, 200),
  );
}

export function readinessRoute(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/health/ready',
      tags,
      summary: 'Whether requests can be served',
      responses: { 200: json(readiness), ...problems },
    }),
    async (c) => {
      const result = await checkReadiness(c.get('ctx').services);
      if (result.status === 'unavailable') {
        const errors = Object.entries(result.parts)
          .filter(([, state]) => state !== 'ok' && state !== 'none')
          .map(([path, message]) => ({ path, message }));
        throw new AppError('unavailable', 'The primary database does not serve.', { errors, retryAfter: 5 });
      }
      return c.json(result, 200);
    },
  );
}
