import { createRoute } from '@hono/zod-openapi';
import { createApiKey } from '../../domain/api-key/create.ts';
import { listApiKeys } from '../../domain/api-key/list.ts';
import { revokeApiKey } from '../../domain/api-key/revoke.ts';
import { idPattern } from '../../lib/id.ts';
import type { App } from '../app.ts';
import { done } from '../reply.ts';
import { body, forPersons, json, noContent, page, pageQuery, problems, toPageInput } from '../schema.ts';
import { apiKey, apiKeyParams, createApiKeyBody, madeApiKey } from './schema.ts';

const tags = ['API keys'];
const key = idPattern('key');

export function apiKeyRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/api-keys',
      tags,
      security: forPersons,
      summary: 'Make an API key',
      description:
        'The key is in this reply only. A repeated request makes another one, also with the same Idempotency-Key. A key outlives a change of the password.',
      request: body(createApiKeyBody()),
      responses: { 201: json(madeApiKey()), ...problems() },
    }),
    async (c) => {
      const made = await createApiKey(c.get('ctx'), c.req.valid('json'));
      return c.json(made, 201, { 'cache-control': 'no-store' });
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/api-keys',
      tags,
      security: forPersons,
      summary: 'Your API keys, newest first',
      request: { query: pageQuery(key) },
      responses: { 200: json(page(apiKey())), ...problems() },
    }),
    async (c) => c.json(await listApiKeys(c.get('ctx'), toPageInput(c.req.valid('query'), key)), 200),
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/api-keys/{keyId}',
      tags,
      security: forPersons,
      summary: 'End an API key at once',
      request: { params: apiKeyParams() },
      responses: { ...noContent, ...problems() },
    }),
    async (c) => done(c, await revokeApiKey(c.get('ctx'), c.req.valid('param').keyId)),
  );
}
