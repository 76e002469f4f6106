import { createRoute } from '@hono/zod-openapi';
import { changeProject } from '../../domain/project/change.ts';
import { createProject } from '../../domain/project/create.ts';
import { deleteProject } from '../../domain/project/delete.ts';
import { getProject } from '../../domain/project/get.ts';
import { listProjects } from '../../domain/project/list.ts';
import { listMembers } from '../../domain/project/list-members.ts';
import { idPattern } from '../../lib/id.ts';
import type { App } from '../app.ts';
import { done, markReplay } from '../reply.ts';
import { body, json, noContent, page, pageQuery, problems, toPageInput } from '../schema.ts';
import { changeProjectBody, createProjectBody, member, project, projectParams } from './schema.ts';

const tags = ['Projects'];
const key = idPattern('prj');
const memberKey = idPattern('usr');

export function projectRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects',
      tags,
      summary: 'Your projects, newest first',
      request: { query: pageQuery(key) },
      responses: { 200: json(page(project())), ...problems() },
    }),
    async (c) => c.json(await listProjects(c.get('ctx'), toPageInput(c.req.valid('query'), key)), 200),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/projects',
      tags,
      summary: 'Make a project',
      request: body(createProjectBody()),
      responses: { 201: json(project()), ...problems() },
    }),
    async (c) => {
      const written = await createProject(c.get('ctx'), c.req.valid('json'));
      markReplay(c, written);
      c.header('Location', `/v1/projects/${written.body.id}`);
      return c.json(written.body, 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}',
      tags,
      summary: 'One project',
      request: { params: projectParams() },
      responses: { 200: json(project()), ...problems() },
    }),
    async (c) => c.json(await getProject(c.get('ctx'), c.req.valid('param').projectId), 200),
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/projects/{projectId}',
      tags,
      summary: 'Rename or describe a project, make it public or private',
      request: { params: projectParams(), ...body(changeProjectBody()) },
      responses: { 200: json(project()), ...problems() },
    }),
    async (c) => {
      const written = await changeProject(c.get('ctx'), c.req.valid('param').projectId, c.req.valid('json'));
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/projects/{projectId}',
      tags,
      summary: 'Move a project with its jobs and images to the bin, for 30 days',
      request: { params: projectParams() },
      responses: { ...noContent, ...problems() },
    }),
    async (c) => done(c, await deleteProject(c.get('ctx'), c.req.valid('param').projectId)),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}/members',
      tags,
      summary: 'The people of a project',
      request: { params: projectParams(), query: pageQuery(memberKey) },
      responses: { 200: json(page(member())), ...problems() },
    }),
    async (c) => {
      const input = toPageInput(c.req.valid('query'), memberKey);
      return c.json(await listMembers(c.get('ctx'), c.req.valid('param').projectId, input), 200);
    },
  );
}
