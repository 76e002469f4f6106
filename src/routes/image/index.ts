import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { deleteImage } from '../../domain/image/delete.ts';
import { fileNameOf } from '../../domain/image/file-name.ts';
import { getImage, getImageRecord } from '../../domain/image/get.ts';
import { listImages } from '../../domain/image/list.ts';
import { idPattern } from '../../lib/id.ts';
import { serveMedia } from '../../media/serve.ts';
import type { App } from '../app.ts';
import { projectParams } from '../project/schema.ts';
import { done } from '../reply.ts';
import { id, json, noContent, page, pageQuery, problems, timestamp, toPageInput } from '../schema.ts';

const tags = ['Images'];
const key = idPattern('img');
const imageParams = z.object({ imageId: id('img') });

const image = z
  .object({
    id: z.string(),
    projectId: z.string(),
    jobId: z.string().nullable(),
    sha256: z.string(),
    mime: z.enum(['image/jpeg', 'image/png']),
    bytes: z.int(),
    width: z.int().meta({ description: 'Pixels, after the orientation is applied' }),
    height: z.int(),
    orientation: z.int().meta({ description: 'EXIF orientation of the stored file, 1 to 8' }),
    averageColor: z.string().meta({ example: '#7a7774' }),
    url: z.string().meta({ description: 'Signed address of the original' }),
    thumbnail: z
      .object({ url: z.string(), width: z.int(), height: z.int() })
      .nullable()
      .meta({ description: 'At most 320 pixels a side; null when the image is too large to decode' }),
    source: z.object({ url: z.string(), finalUrl: z.string(), fetchedAt: timestamp }),
    createdAt: timestamp,
  })
  .meta({ id: 'Image' });

export function imageRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}/images',
      tags,
      summary: 'The images of a project, newest first',
      request: { params: projectParams, query: pageQuery(key) },
      responses: { 200: json(page(image)), ...problems },
    }),
    async (c) => {
      const input = toPageInput(c.req.valid('query'), key);
      return c.json(await listImages(c.get('ctx'), c.req.valid('param').projectId, input), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/images/{imageId}',
      tags,
      summary: 'One image',
      request: { params: imageParams },
      responses: { 200: json(image), ...problems },
    }),
    async (c) => c.json(await getImage(c.get('ctx'), c.req.valid('param').imageId), 200),
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/images/{imageId}',
      tags,
      summary: 'Take an image out of its project',
      request: { params: imageParams },
      responses: { ...noContent, ...problems },
    }),
    async (c) => done(c, await deleteImage(c.get('ctx'), c.req.valid('param').imageId)),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/images/{imageId}/download',
      tags,
      summary: 'The bytes of an image as a file',
      request: { params: imageParams },
      responses: { 200: { description: 'The original, unchanged' }, ...problems },
    }),
    async (c) => {
      const ctx = c.get('ctx');
      const record = await getImageRecord(ctx, c.req.valid('param').imageId);
      return await serveMedia(ctx.services.media, {
        sha256: record.sha256,
        variant: 'original',
        request: c.req.raw,
        cacheControl: 'private, no-cache',
        contentDisposition: `attachment; filename="${fileNameOf(record)}"`,
      });
    },
  );
}
