import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { memberRole } from '../../db/schema/project.ts';
import { changeMember } from '../../domain/project/change-member.ts';
import { removeMember } from '../../domain/project/remove-member.ts';
import type { App } from '../app.ts';
import { member } from '../project/schema.ts';
import { done, markReplay } from '../reply.ts';
import { body, forPersons, id, json, noContent, problems } from '../schema.ts';
import { once } from '../../lib/once.ts';

const tags = ['Projects'];
const path = '/v1/projects/{projectId}/members/{userId}';
const params = once(() => z.object({ projectId: id('prj'), userId: id('usr') }));

export function memberRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'patch',
      path,
      tags,
      security: forPersons,
      summary: 'Give a member another role; needs the role owner',
      request: { params: params(), ...body(z.strictObject({ role: z.enum(memberRole.enumValues) })) },
      responses: { 200: json(member()), ...problems() },
    }),
    async (c) => {
      const { projectId, userId } = c.req.valid('param');
      const { role } = c.req.valid('json');
      const written = await changeMember(c.get('ctx'), projectId, { userId, role });
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path,
      tags,
      security: forPersons,
      summary: 'Remove a member, which needs the role owner, or leave',
      request: { params: params() },
      responses: { ...noContent, ...problems() },
    }),
    async (c) => {
      const { projectId, userId } = c.req.valid('param');
      return done(c, await removeMember(c.get('ctx'), projectId, userId));
    },
  );
}
