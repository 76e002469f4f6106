import { createRoute } from '@hono/zod-openapi';
import type { Context } from 'hono';
import * as z from 'zod';
import type { AppEnv } from '../../context.ts';
import { decodeCursor } from '../../lib/cursor.ts';
import { idPattern } from '../../lib/id.ts';
import { keepPage, type KeptPage, recallPage } from '../../public-site/page-memory.ts';
import type { App } from '../app.ts';
import { problems } from '../schema.ts';
import { askSite } from './ask-site.ts';
import { once } from '../../lib/once.ts';

const tags = ['Public'];
const cursor = once(() =>
  z
    .string()
    .max(200)
    .optional()
    .refine(
      (text) => text === undefined || decodeCursor(text, idPattern('img')) !== null,
      'is not a cursor of this page',
    ),
);

/** What anybody may see: from this isolate's memory, from the platform's copies, or made anew. Reads and sets no cookie. */
export function publicRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/p/{projectId}',
      tags,
      summary: 'The page of a public project, for browsers',
      security: [],
      request: { params: z.object({ projectId: z.string() }), query: z.object({ cursor: cursor() }) },
      responses: {
        200: { description: 'HTML: its images, newest first, with their licences' },
        ...problems(),
      },
    }),
    async (c) => {
      const { cursor } = c.req.valid('query');
      const path = `/p/${encodeURIComponent(c.req.valid('param').projectId)}`;
      return await servePage(c, cursor === undefined ? path : `${path}?cursor=${cursor}`);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/p/{projectId}/{imageId}',
      tags,
      summary: 'The bytes of an image of a public project',
      security: [],
      request: {
        params: z.object({ projectId: z.string(), imageId: z.string() }),
        query: z.object({ variant: z.enum(['original', 'thumbnail']).default('original') }),
      },
      responses: { 200: { description: 'The original, unchanged, or its thumbnail' }, ...problems() },
    }),
    async (c) => {
      const { projectId, imageId } = c.req.valid('param');
      const path = `/p/${encodeURIComponent(projectId)}/${encodeURIComponent(imageId)}`;
      const address = c.req.valid('query').variant === 'thumbnail' ? `${path}?variant=thumbnail` : path;
      return await askSite(c, { method: c.req.method === 'HEAD' ? 'HEAD' : 'GET', address });
    },
  );
}

async function servePage(c: Context<AppEnv>, address: string): Promise<Response> {
  const now = Date.now();
  const kept = recallPage(address, now);
  if (kept) return recall(c, kept, now);
  const reply = await askSite(c, { method: 'GET', address, isWhole: true });
  if (reply.status !== 200) return reply;
  const body = new Uint8Array(await reply.arrayBuffer());
  keepPage(address, { body, headers: [...reply.headers] }, now);
  return new Response(body, reply);
}

function recall(c: Context<AppEnv>, { body, headers, expiresAt }: KeptPage, now: number): Response {
  c.set('cacheStatus', { tier: 'isolate', hit: true, ttl: (expiresAt - now) / 1_000 });
  return new Response(body, { headers });
}
