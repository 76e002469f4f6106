import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { decide } from '../../domain/review/decide.ts';
import { reviewMany } from '../../domain/review/review-many.ts';
import { undoReview } from '../../domain/review/undo.ts';
import type { App } from '../app.ts';
import { decided, imageFilter, imageParams } from '../image/schema.ts';
import { projectParams } from '../project/schema.ts';
import { markReplay } from '../reply.ts';
import { body, json, problems } from '../schema.ts';
import { changeOfMany, decideBody, reviewed, reviewParams, seenImages } from './schema.ts';
import { once } from '../../lib/once.ts';

const tags = ['Review'];

const reviewManyBody = once(() =>
  z.union([
    z.strictObject({ change: changeOfMany(), images: seenImages() }),
    z.strictObject({ change: changeOfMany(), filter: imageFilter().strict() }),
  ]),
);

export function reviewRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/images/{imageId}',
      tags,
      summary: 'Decide about an image',
      request: { params: imageParams(), ...body(decideBody()) },
      responses: { 200: json(decided()), ...problems() },
    }),
    async (c) => {
      const written = await decide(c.get('ctx'), c.req.valid('param').imageId, c.req.valid('json'));
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/projects/{projectId}/images/review',
      tags,
      summary: 'Decide about many images alike: those that are listed, or all that match',
      request: { params: projectParams(), ...body(reviewManyBody()) },
      responses: { 200: json(reviewed()), ...problems() },
    }),
    async (c) => {
      const written = await reviewMany(c.get('ctx'), c.req.valid('param').projectId, c.req.valid('json'));
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/reviews/{reviewId}/undo',
      tags,
      summary: 'Take a review back where its outcome still stands',
      description: 'The undo is a review itself: undo that, by its own id, to redo.',
      request: { params: reviewParams() },
      responses: { 200: json(reviewed()), ...problems() },
    }),
    async (c) => {
      const written = await undoReview(c.get('ctx'), c.req.valid('param').reviewId);
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );
}
