import * as z from 'zod';
import { createRoute } from '@hono/zod-openapi';
import { ENVIRONMENTS } from '../../env.ts';
import type { App } from '../app.ts';
import { json, problems } from '../schema.ts';

const config = z
  .object({ environment: z.enum(ENVIRONMENTS), sampleSiteUrl: z.string().nullable() })
  .meta({ id: 'ConsoleConfig' });

/** What the console needs to know before anybody has signed in. */
export function consoleConfigRoute(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/config',
      tags: ['Console'],
      summary: 'Which environment this is, and where its sample images are',
      responses: { 200: json(config), ...problems },
    }),
    (c) => {
      const { ENVIRONMENT, CRAWL_ALLOWED_ORIGINS, SHARED_URL } = c.get('ctx').services.config;
      // The sample site is on loopback: another device's browser could not read its list.
      const isElsewhere =
        SHARED_URL !== undefined && new URL(c.req.url).origin === new URL(SHARED_URL).origin;
      const sampleSiteUrl = (isElsewhere ? null : CRAWL_ALLOWED_ORIGINS?.[0]) ?? null;
      return c.json({ environment: ENVIRONMENT, sampleSiteUrl }, 200);
    },
  );
}
