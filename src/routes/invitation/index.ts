import { createRoute } from '@hono/zod-openapi';
import { acceptInvitation } from '../../domain/invitation/accept.ts';
import { createInvitation } from '../../domain/invitation/create.ts';
import { listInvitations } from '../../domain/invitation/list.ts';
import { lookAtInvitation } from '../../domain/invitation/look.ts';
import { withdrawInvitation } from '../../domain/invitation/withdraw.ts';
import { idPattern } from '../../lib/id.ts';
import type { App } from '../app.ts';
import { projectParams } from '../project/schema.ts';
import { done, markReplay } from '../reply.ts';
import { body, forPersons, json, noContent, page, pageQuery, problems, toPageInput } from '../schema.ts';
import {
  createInvitationBody,
  invitation,
  invitationParams,
  joined,
  madeInvitation,
  offer,
  tokenBody,
} from './schema.ts';

const tags = ['Invitations'];
const key = idPattern('inv');

export function invitationRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/projects/{projectId}/invitations',
      tags,
      security: forPersons,
      summary: 'Invite one person; needs the role owner',
      request: { params: projectParams(), ...body(createInvitationBody()) },
      responses: { 201: json(madeInvitation()), ...problems() },
    }),
    async (c) => {
      const { projectId } = c.req.valid('param');
      const written = await createInvitation(c.get('ctx'), projectId, c.req.valid('json'));
      markReplay(c, written);
      return c.json(written.body, 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}/invitations',
      tags,
      summary: 'The invitations of a project, newest first; needs the role owner',
      request: { params: projectParams(), query: pageQuery(key) },
      responses: { 200: json(page(invitation())), ...problems() },
    }),
    async (c) => {
      const input = toPageInput(c.req.valid('query'), key);
      return c.json(await listInvitations(c.get('ctx'), c.req.valid('param').projectId, input), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/projects/{projectId}/invitations/{invitationId}',
      tags,
      security: forPersons,
      summary: 'Withdraw an invitation that nobody has used; needs the role owner',
      request: { params: invitationParams() },
      responses: { ...noContent, ...problems() },
    }),
    async (c) => {
      const { projectId, invitationId } = c.req.valid('param');
      return done(c, await withdrawInvitation(c.get('ctx'), projectId, invitationId));
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/invitations/look',
      tags,
      summary: 'What an invitation offers',
      request: body(tokenBody()),
      responses: { 200: json(offer()), ...problems() },
    }),
    async (c) => c.json(await lookAtInvitation(c.get('ctx'), c.req.valid('json').token), 200),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/invitations/accept',
      tags,
      security: forPersons,
      summary: 'Become a member by an invitation',
      request: body(tokenBody()),
      responses: { 200: json(joined()), ...problems() },
    }),
    async (c) => {
      const written = await acceptInvitation(c.get('ctx'), c.req.valid('json').token);
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );
}
