import * as z from 'zod';
import { createRoute } from '@hono/zod-openapi';
import { ENVIRONMENTS } from '../../variables.ts';
import type { App } from '../app.ts';
import { json, problems } from '../schema.ts';
import { once } from '../../lib/once.ts';

const config = once(() =>
  z
    .object({
      environment: z.enum(ENVIRONMENTS),
      sampleSiteUrl: z.string().nullable(),
      sharedOrigin: z
        .string()
        .nullable()
        .meta({ description: 'Under which other devices reach a shared stack' }),
    })
    .meta({ id: 'ConsoleConfig' }),
);

/** What the console needs to know before anybody has signed in. */
export function consoleConfigRoute(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/config',
      tags: ['Console'],
      summary: 'Which environment this is, where its sample images are, and where other devices reach it',
      responses: { 200: json(config()), ...problems() },
    }),
    (c) => {
      const { ENVIRONMENT, CRAWL_ALLOWED_ORIGINS, SHARED_URL } = c.get('ctx').services.config;
      // The sample site is on loopback: another device's browser could not read its list.
      const sharedOrigin = SHARED_URL === undefined ? null : new URL(SHARED_URL).origin;
      const isElsewhere = new URL(c.req.url).origin === sharedOrigin;
      const sampleSiteUrl = (isElsewhere ? null : CRAWL_ALLOWED_ORIGINS?.[0]) ?? null;
      return c.json({ environment: ENVIRONMENT, sampleSiteUrl, sharedOrigin }, 200);
    },
  );
}
