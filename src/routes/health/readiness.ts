import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { readReadiness } from '../../domain/health/read-readiness.ts';
import type { App } from '../app.ts';
import { AppError } from '../../errors/app-error.ts';
import { json, problems } from '../schema.ts';
import { readiness } from './schema.ts';

const tags = ['Health'];
const RETRY_SECONDS = 5;

/** Describes what liveness.ts answers. */
export function describeLiveness(app: App): void {
  app.openAPIRegistry.registerPath(
    createRoute({
      method: 'get',
      path: '/health/live',
      tags,
      summary: 'Whether the Worker runs',
      responses: { 200: json(z.object({ status: z.literal('live') })) },
    }),
  );
}

export function readinessRoute(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/health/ready',
      tags,
      summary: 'Whether requests can be served, and how every part does',
      description:
        'Within 500 ms, from what was found up to 2 s ago. 503 `unavailable` while neither the primary nor the replica serves or a role is wrong, 503 `draining` while no traffic is to be sent here; the same report is then in `current`.',
      responses: { 200: json(readiness()), ...problems() },
    }),
    async (c) => {
      const report = await readReadiness(c.get('ctx'));
      const errors = Object.entries(report.parts)
        .filter(([, { state }]) => state !== 'ok' && state !== 'absent')
        .map(([path, { state }]) => ({ path, message: state }));
      const more = { errors, current: report, retryAfter: RETRY_SECONDS };
      if (report.status === 'unavailable') throw new AppError('unavailable', 'No database serves.', more);
      if (report.drain) throw new AppError('draining', 'Send requests elsewhere.', more);
      return c.json(report, 200);
    },
  );
}
