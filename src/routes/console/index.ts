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
      const { ENVIRONMENT, CRAWL_ALLOWED_ORIGINS } = c.get('ctx').services.config;
      return c.json({ environment: ENVIRONMENT, sampleSiteUrl: CRAWL_ALLOWED_ORIGINS?.[0] ?? null }, 200);
    },
  );
}
