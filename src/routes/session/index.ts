import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { listSessions } from '../../domain/account/list-sessions.ts';
import { revokeSession } from '../../domain/account/revoke-sessions.ts';
import { idPattern } from '../../lib/id.ts';
import type { App } from '../app.ts';
import { done } from '../reply.ts';
import {
  forPersons,
  id,
  json,
  noContent,
  page,
  pageQuery,
  problems,
  timestamp,
  toPageInput,
} from '../schema.ts';
import { once } from '../../lib/once.ts';

const tags = ['Accounts'];
const key = idPattern('ses');

const session = once(() =>
  z
    .object({
      id: z.string(),
      kind: z
        .enum(['browser', 'program'])
        .meta({ description: 'program: opened by POST /v1/auth/token, prolonged by its refresh tokens' }),
      createdAt: timestamp(),
      lastSeenAt: timestamp(),
      expiresAt: timestamp(),
      userAgent: z.string().nullable(),
      current: z.boolean(),
    })
    .meta({ id: 'Session' }),
);

export function sessionRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/sessions',
      tags,
      security: forPersons,
      summary: 'Where you and your programs are signed in',
      request: { query: pageQuery(key) },
      responses: { 200: json(page(session())), ...problems() },
    }),
    async (c) => c.json(await listSessions(c.get('ctx'), toPageInput(c.req.valid('query'), key)), 200),
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/sessions/{sessionId}',
      tags,
      security: forPersons,
      summary: 'End one session',
      request: { params: z.object({ sessionId: id('ses') }) },
      responses: { ...noContent, ...problems() },
    }),
    async (c) => done(c, await revokeSession(c.get('ctx'), c.req.valid('param').sessionId)),
  );
}
