import { createRoute } from '@hono/zod-openapi';
import { getCacheFigures } from '../../domain/admin/get-cache-figures.ts';
import { purgeCache } from '../../domain/admin/purge-cache.ts';
import type { App } from '../app.ts';
import { body, forAdmins, json, problems } from '../schema.ts';
import { cacheFigures, purgeBody, purged } from './schema.ts';

/** For the administrators of an installation, and for its operator's token. */
export function adminRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/admin/cache',
      tags: ['Administration'],
      summary: 'How often cached values were found, in the isolate that answers',
      security: forAdmins,
      responses: { 200: json(cacheFigures()), ...problems() },
    }),
    async (c) => c.json(await getCacheFigures(c.get('ctx')), 200),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/admin/cache/purge',
      tags: ['Administration'],
      summary: 'Forget copies by tag, address or all of them, wherever they are kept',
      description: 'Answers 503 with the places in `errors` while copies may be left; send it again then.',
      security: forAdmins,
      request: body(purgeBody()),
      responses: { 200: json(purged()), ...problems() },
    }),
    async (c) => c.json({ places: await purgeCache(c.get('ctx'), c.req.valid('json')) }, 200),
  );
}
