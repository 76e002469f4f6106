import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { getDrain } from '../../domain/admin/get-drain.ts';
import { setDrain } from '../../domain/admin/set-drain.ts';
import type { App } from '../app.ts';
import { body, forAdmins, json, problems, timestamp } from '../schema.ts';
import { once } from '../../lib/once.ts';

const MAX_TIMEOUT_SECONDS = 600;
const DEFAULT_TIMEOUT_SECONDS = 60;

const shared = {
  path: '/v1/admin/drain',
  tags: ['Administration'],
  security: forAdmins,
};

const drainBody = once(() =>
  z.strictObject({
    on: z.boolean(),
    timeoutSeconds: z.int().min(1).max(MAX_TIMEOUT_SECONDS).default(DEFAULT_TIMEOUT_SECONDS).meta({
      description: 'After which sockets that are still there are closed; of no meaning with `on: false`',
    }),
  }),
);

const drain = once(() =>
  z
    .object({
      on: z.boolean(),
      since: timestamp().nullable(),
      until: timestamp().nullable().meta({ description: 'When sockets that are still there are closed' }),
      rooms: z.int().meta({ description: 'Rooms that were asked to let their sockets go' }),
      sockets: z.int().meta({ description: 'Sockets in them' }),
      cut: z.int().meta({ description: 'Sockets that had to be closed at the time-out' }),
    })
    .meta({ id: 'Drain' }),
);

/** For the administrators of an installation, and for its operator's token. */
export function drainRoutes(app: App): void {
  app.openapi(
    createRoute({
      ...shared,
      method: 'get',
      summary: 'Whether traffic is to be sent here',
      responses: { 200: json(drain()), ...problems() },
    }),
    async (c) => c.json(await getDrain(c.get('ctx')), 200),
  );

  app.openapi(
    createRoute({
      ...shared,
      method: 'put',
      summary: 'Say whether traffic is to be sent here',
      description:
        'While on, `/health/ready` answers 503 `draining`, and everybody who is in a room is asked to come back. Requests are served all the same.',
      request: body(drainBody()),
      responses: { 200: json(drain()), ...problems() },
    }),
    async (c) => c.json(await setDrain(c.get('ctx'), c.req.valid('json')), 200),
  );
}
