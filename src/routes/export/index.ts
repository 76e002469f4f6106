import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { exportProject } from '../../domain/export/export-project.ts';
import type { App } from '../app.ts';
import { imageFilter } from '../image/schema.ts';
import { projectParams } from '../project/schema.ts';
import { problems } from '../schema.ts';
import { once } from '../../lib/once.ts';

const TYPES = { jsonl: 'application/jsonl; charset=utf-8', zip: 'application/zip' } as const;

/** The filter of the list of images, but for the format of the images: here the name says that of the export. */
const exportQuery = once(() =>
  imageFilter()
    .omit({ format: true })
    .extend({ format: z.enum(['jsonl', 'zip']) }),
);

export function exportRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}/export',
      tags: ['Export'],
      summary:
        'The images of a project that match: metadata as JSON lines, or a ZIP in the imagefolder layout',
      request: { params: projectParams(), query: exportQuery() },
      responses: { 200: { description: 'Streamed as it is read' }, ...problems() },
    }),
    async (c) => {
      const { format, ...filter } = c.req.valid('query');
      const { projectId } = c.req.valid('param');
      const { stream, fileName } = await exportProject(c.get('ctx'), projectId, { format, filter });
      return new Response(stream, {
        headers: {
          'content-type': TYPES[format],
          'content-disposition': `attachment; filename="${fileName}"`,
        },
      });
    },
  );
}
