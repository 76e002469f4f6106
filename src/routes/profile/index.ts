import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { changePassword } from '../../domain/account/change-password.ts';
import { changeProfile, getProfile } from '../../domain/account/profile.ts';
import type { App } from '../app.ts';
import { newPassword, typedPassword, user } from '../auth/schema.ts';
import { done, markReplay } from '../reply.ts';
import { body, forPersons, json, noContent, problems, text } from '../schema.ts';

const tags = ['Accounts'];

export function profileRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/profile',
      tags,
      summary: 'Who is signed in',
      responses: { 200: json(user()), ...problems() },
    }),
    async (c) => c.json(await getProfile(c.get('ctx')), 200),
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/profile',
      tags,
      summary: 'Change the name',
      request: body(z.strictObject({ name: text(1, 100) })),
      responses: { 200: json(user()), ...problems() },
    }),
    async (c) => {
      const written = await changeProfile(c.get('ctx'), c.req.valid('json'));
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/profile/password',
      tags,
      summary: 'Change the password and end all other sessions; API keys go on working',
      security: forPersons,
      request: body(z.strictObject({ currentPassword: typedPassword(), newPassword: newPassword() })),
      responses: { ...noContent, ...problems() },
    }),
    async (c) => done(c, await changePassword(c.get('ctx'), c.req.valid('json'))),
  );
}
