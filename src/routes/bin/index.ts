import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { deleteImages } from '../../domain/image/delete.ts';
import { BINNED_KEY, listBinnedImages } from '../../domain/image/list-binned.ts';
import { restoreImages } from '../../domain/image/restore.ts';
import { listBinnedProjects } from '../../domain/project/list-binned.ts';
import { restoreProject } from '../../domain/project/restore.ts';
import { idPattern } from '../../lib/id.ts';
import type { App } from '../app.ts';
import { image } from '../image/schema.ts';
import { project, projectParams } from '../project/schema.ts';
import { markReplay } from '../reply.ts';
import { imageIds } from '../review/schema.ts';
import { body, json, page, pageQuery, problems, toPageInput } from '../schema.ts';
import { once } from '../../lib/once.ts';

const tags = ['Bin'];
const projectKey = idPattern('prj');

const idsBody = once(() => z.strictObject({ ids: imageIds() }));

export function binRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/projects/{projectId}/images/delete',
      tags,
      summary: 'Move images to the bin, for 30 days',
      request: { params: projectParams(), ...body(idsBody()) },
      responses: { 200: json(z.object({ changed: z.int() })), ...problems() },
    }),
    async (c) => {
      const written = await deleteImages(
        c.get('ctx'),
        c.req.valid('param').projectId,
        c.req.valid('json').ids,
      );
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/projects/{projectId}/images/restore',
      tags,
      summary: 'Take images out of the bin',
      request: { params: projectParams(), ...body(idsBody()) },
      responses: {
        200: json(
          z.object({
            changed: z.int(),
            conflicts: z
              .array(z.string())
              .meta({ description: 'Images whose content is in the project again: they stay in the bin' }),
          }),
        ),
        ...problems(),
      },
    }),
    async (c) => {
      const written = await restoreImages(
        c.get('ctx'),
        c.req.valid('param').projectId,
        c.req.valid('json').ids,
      );
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}/bin',
      tags,
      summary: 'The images in the bin of a project, last deleted first',
      request: { params: projectParams(), query: pageQuery(BINNED_KEY) },
      responses: { 200: json(page(image())), ...problems() },
    }),
    async (c) => {
      const input = toPageInput(c.req.valid('query'), BINNED_KEY);
      return c.json(await listBinnedImages(c.get('ctx'), c.req.valid('param').projectId, input), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/bin',
      tags,
      summary: 'Your projects in the bin, newest first',
      request: { query: pageQuery(projectKey) },
      responses: { 200: json(page(project())), ...problems() },
    }),
    async (c) =>
      c.json(await listBinnedProjects(c.get('ctx'), toPageInput(c.req.valid('query'), projectKey)), 200),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/projects/{projectId}/restore',
      tags,
      summary: 'Take a project out of the bin',
      request: { params: projectParams() },
      responses: { 200: json(project()), ...problems() },
    }),
    async (c) => {
      const written = await restoreProject(c.get('ctx'), c.req.valid('param').projectId);
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );
}
