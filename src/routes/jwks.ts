import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import type { App } from './app.ts';
import { json, problems } from './schema.ts';
import { once } from '../lib/once.ts';

const keySet = once(() =>
  z
    .object({
      keys: z.array(
        z.object({
          kty: z.string(),
          crv: z.string(),
          kid: z.string(),
          x: z.string(),
          y: z.string(),
          alg: z.string(),
          use: z.string(),
        }),
      ),
    })
    .meta({ id: 'KeySet' }),
);

/** The public keys of access tokens (RFC 7517). */
export function jwksRoute(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/.well-known/jwks.json',
      tags: ['Programs'],
      summary: 'The keys that access tokens are signed with',
      responses: { 200: json(keySet()), ...problems() },
    }),
    (c) => c.json({ keys: [...c.get('ctx').services.accessTokens.publicKeys] }, 200),
  );
}
