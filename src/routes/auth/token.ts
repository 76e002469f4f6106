import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { issueTokens } from '../../domain/program/issue-tokens.ts';
import { refreshTokens } from '../../domain/program/refresh-tokens.ts';
import type { App } from '../app.ts';
import { body, json, problems, timestamp } from '../schema.ts';
import { signInBody } from './schema.ts';
import { once } from '../../lib/once.ts';

const tags = ['Programs'];

const programTokens = once(() =>
  z
    .object({
      accessToken: z.string().meta({ description: 'A JWT (ES256) for `Authorization: Bearer`' }),
      tokenType: z.literal('Bearer'),
      expiresIn: z.int().meta({ description: 'Seconds until the access token ends' }),
      refreshToken: z.string().meta({ description: 'Good once; the answer holds the next one' }),
      refreshExpiresAt: timestamp(),
    })
    .meta({ id: 'ProgramTokens' }),
);

const refreshBody = once(() => z.strictObject({ refreshToken: z.string().min(1).max(200) }));

export function tokenRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/auth/token',
      tags,
      summary: 'Sign a program in with e-mail and password',
      request: body(signInBody()),
      responses: { 200: json(programTokens()), ...problems() },
    }),
    async (c) => {
      const userAgent = c.req.header('user-agent') ?? null;
      const tokens = await issueTokens(c.get('ctx'), { ...c.req.valid('json'), userAgent });
      return c.json(tokens, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/auth/token/refresh',
      tags,
      summary: 'Exchange a refresh token',
      description:
        'A refresh token is good once. Sent a second time it ends the session of the program, unless that happens within 10 seconds and its successor is unused: then the answer holds the same successor again.',
      request: body(refreshBody()),
      responses: { 200: json(programTokens()), ...problems() },
    }),
    async (c) => {
      const tokens = await refreshTokens(c.get('ctx'), c.req.valid('json').refreshToken);
      return c.json(tokens, 200);
    },
  );
}
