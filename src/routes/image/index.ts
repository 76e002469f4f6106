import { createRoute } from '@hono/zod-openapi';
import { deleteImage } from '../../domain/image/delete.ts';
import { fileNameOf } from '../../domain/image/file-name.ts';
import { getImage, getImageRecord } from '../../domain/image/get.ts';
import { listFacets } from '../../domain/image/list-facets.ts';
import { listImages } from '../../domain/image/list.ts';
import { uploadImage } from '../../domain/image/upload.ts';
import { idPattern } from '../../lib/id.ts';
import { serveMedia } from '../../media/serve.ts';
import type { App } from '../app.ts';
import { projectParams } from '../project/schema.ts';
import { done, markReplay } from '../reply.ts';
import { json, noContent, page, pageQuery, problems, toPageInput } from '../schema.ts';
import { facets, image, imageFilter, imageParams, upload, uploadBody, uploadQuery } from './schema.ts';

const tags = ['Images'];
const key = idPattern('img');

export function imageRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}/images',
      tags,
      summary: 'The images of a project that match, newest first',
      request: { params: projectParams(), query: imageFilter().extend(pageQuery(key).shape) },
      responses: { 200: json(page(image())), ...problems() },
    }),
    async (c) => {
      const { limit, cursor, ...filter } = c.req.valid('query');
      const input = { ...toPageInput({ limit, cursor }, key), filter };
      return c.json(await listImages(c.get('ctx'), c.req.valid('param').projectId, input), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}/facets',
      tags,
      summary: 'What the images of a project can be filtered by',
      request: { params: projectParams() },
      responses: { 200: json(facets()), ...problems() },
    }),
    async (c) => c.json(await listFacets(c.get('ctx'), c.req.valid('param').projectId), 200),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/projects/{projectId}/images',
      tags,
      summary: 'Add one file; the body is its bytes',
      request: { params: projectParams(), query: uploadQuery(), body: uploadBody() },
      responses: {
        200: json(upload(), 'The project has these bytes already'),
        201: json(upload(), 'Added'),
        ...problems(),
      },
    }),
    async (c) => {
      const fileName = c.req.valid('query').fileName ?? null;
      const input = { body: c.get('imageBody'), fileName };
      const written = await uploadImage(c.get('ctx'), c.req.valid('param').projectId, input);
      markReplay(c, written);
      if (written.body.duplicate) return c.json(written.body, 200);
      c.header('Location', `/v1/images/${written.body.id}`);
      return c.json(written.body, 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/images/{imageId}',
      tags,
      summary: 'One image',
      request: { params: imageParams() },
      responses: { 200: json(image()), ...problems() },
    }),
    async (c) => c.json(await getImage(c.get('ctx'), c.req.valid('param').imageId), 200),
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/images/{imageId}',
      tags,
      summary: 'Move an image to the bin, for 30 days',
      request: { params: imageParams() },
      responses: { ...noContent, ...problems() },
    }),
    async (c) => done(c, await deleteImage(c.get('ctx'), c.req.valid('param').imageId)),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/images/{imageId}/download',
      tags,
      summary: 'The bytes of an image as a file',
      request: { params: imageParams() },
      responses: { 200: { description: 'The original, unchanged' }, ...problems() },
    }),
    async (c) => {
      const ctx = c.get('ctx');
      const record = await getImageRecord(ctx, c.req.valid('param').imageId);
      return await serveMedia(ctx.services.media, {
        sha256: record.sha256,
        variant: 'original',
        request: c.req.raw,
        contentDisposition: `attachment; filename="${fileNameOf(record)}"`,
      });
    },
  );
}
