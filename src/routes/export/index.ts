import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { exportProject } from '../../domain/export/export-project.ts';
import type { App } from '../app.ts';
import { projectParams } from '../project/schema.ts';
import { problems } from '../schema.ts';

const TYPES = { jsonl: 'application/jsonl; charset=utf-8', zip: 'application/zip' } as const;

export function exportRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}/export',
      tags: ['Export'],
      summary: 'The images of a project: metadata as JSON lines, or a ZIP in the imagefolder layout',
      request: { params: projectParams, query: z.object({ format: z.enum(['jsonl', 'zip']) }) },
      responses: { 200: { description: 'Streamed as it is read' }, ...problems },
    }),
    async (c) => {
      const { format } = c.req.valid('query');
      const { projectId } = c.req.valid('param');
      const { stream, fileName } = await exportProject(c.get('ctx'), projectId, format);
      return new Response(stream, {
        headers: {
          'content-type': TYPES[format],
          'content-disposition': `attachment; filename="${fileName}"`,
          'cache-control': 'no-store',
        },
      });
    },
  );
}
