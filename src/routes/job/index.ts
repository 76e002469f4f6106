import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { CHUNK_STATUSES, ITEM_STATUSES } from '../../db/schema/job.ts';
import { addUrls } from '../../domain/job/add-urls.ts';
import { changeJob } from '../../domain/job/change.ts';
import { createJob } from '../../domain/job/create.ts';
import { deleteJob } from '../../domain/job/delete.ts';
import { getJob } from '../../domain/job/get.ts';
import { getProgress } from '../../domain/job/get-progress.ts';
import { listJobs } from '../../domain/job/list.ts';
import { listChunks } from '../../domain/job/list-chunks.ts';
import { listItems } from '../../domain/job/list-items.ts';
import { listSources } from '../../domain/job/list-sources.ts';
import { retryJob } from '../../domain/job/retry.ts';
import { startJob } from '../../domain/job/start.ts';
import { stopJob } from '../../domain/job/stop.ts';
import { idPattern } from '../../lib/id.ts';
import type { App } from '../app.ts';
import { projectParams } from '../project/schema.ts';
import { done, markReplay } from '../reply.ts';
import { body, json, noContent, page, pageQuery, problems, toPageInput } from '../schema.ts';
import {
  addUrlsBody,
  changeJobBody,
  chunk,
  createJobBody,
  item,
  job,
  jobParams,
  progress,
  reason,
  retryJobBody,
  source,
} from './schema.ts';

const tags = ['Jobs'];
const key = idPattern('job');
const itemKey = /^\d{1,9}$/;
const chunkKey = /^\d{1,9}$/;

export function jobRoutes(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/projects/{projectId}/jobs',
      tags,
      summary: 'The jobs of a project, newest first',
      request: { params: projectParams(), query: pageQuery(key) },
      responses: { 200: json(page(job())), ...problems() },
    }),
    async (c) => {
      const input = toPageInput(c.req.valid('query'), key);
      return c.json(await listJobs(c.get('ctx'), c.req.valid('param').projectId, input), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/projects/{projectId}/jobs',
      tags,
      summary: 'Make a draft job; equal URLs are collapsed',
      request: { params: projectParams(), ...body(createJobBody()) },
      responses: { 201: json(job()), ...problems() },
    }),
    async (c) => {
      const written = await createJob(c.get('ctx'), c.req.valid('param').projectId, c.req.valid('json'));
      markReplay(c, written);
      c.header('Location', `/v1/jobs/${written.body.id}`);
      return c.json(written.body, 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{jobId}',
      tags,
      summary: 'One job',
      request: { params: jobParams() },
      responses: { 200: json(job()), ...problems() },
    }),
    async (c) => c.json(await getJob(c.get('ctx'), c.req.valid('param').jobId), 200),
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/v1/jobs/{jobId}',
      tags,
      summary: 'Change the options of a draft',
      request: { params: jobParams(), ...body(changeJobBody()) },
      responses: { 200: json(job()), ...problems() },
    }),
    async (c) => {
      const written = await changeJob(c.get('ctx'), c.req.valid('param').jobId, c.req.valid('json'));
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/jobs/{jobId}/urls',
      tags,
      summary: 'Add URLs to a draft, up to a million in all; equal ones are collapsed',
      request: { params: jobParams(), ...body(addUrlsBody()) },
      responses: { 200: json(job()), ...problems() },
    }),
    async (c) => {
      const written = await addUrls(c.get('ctx'), c.req.valid('param').jobId, c.req.valid('json').urls);
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/jobs/{jobId}',
      tags,
      summary: 'Delete a job that is not under way; its images stay',
      request: { params: jobParams() },
      responses: { ...noContent, ...problems() },
    }),
    async (c) => done(c, await deleteJob(c.get('ctx'), c.req.valid('param').jobId)),
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/jobs/{jobId}/start',
      tags,
      summary: 'Start a draft; twice is the same as once',
      request: { params: jobParams() },
      responses: { 200: json(job()), ...problems() },
    }),
    async (c) => {
      const written = await startJob(c.get('ctx'), c.req.valid('param').jobId);
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/jobs/{jobId}/stop',
      tags,
      summary: 'Stop a job under way; what is in hand is finished, the other URLs are skipped',
      request: { params: jobParams() },
      responses: { 200: json(job()), ...problems() },
    }),
    async (c) => {
      const written = await stopJob(c.get('ctx'), c.req.valid('param').jobId);
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/jobs/{jobId}/retry',
      tags,
      summary: 'Take up an ended job again: URLs without a result, and those that failed or were skipped',
      request: { params: jobParams(), ...body(retryJobBody()) },
      responses: { 200: json(job()), ...problems() },
    }),
    async (c) => {
      const written = await retryJob(c.get('ctx'), c.req.valid('param').jobId, c.req.valid('json'));
      markReplay(c, written);
      return c.json(written.body, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{jobId}/chunks',
      tags,
      summary: 'The chunks that the URLs of a job travel in',
      request: {
        params: jobParams(),
        query: pageQuery(chunkKey).extend({ status: z.enum(CHUNK_STATUSES).optional() }),
      },
      responses: { 200: json(page(chunk())), ...problems() },
    }),
    async (c) => {
      const query = c.req.valid('query');
      const input = { ...toPageInput(query, chunkKey), status: query.status ?? null };
      return c.json(await listChunks(c.get('ctx'), c.req.valid('param').jobId, input), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{jobId}/sources',
      tags,
      summary: 'The pages and sitemaps that a job looks for URLs in',
      request: { params: jobParams(), query: pageQuery(itemKey) },
      responses: { 200: json(page(source())), ...problems() },
    }),
    async (c) => {
      const input = toPageInput(c.req.valid('query'), itemKey);
      return c.json(await listSources(c.get('ctx'), c.req.valid('param').jobId, input), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{jobId}/progress',
      tags,
      summary: 'How far a job is',
      request: { params: jobParams() },
      responses: { 200: json(progress()), ...problems() },
    }),
    async (c) => c.json(await getProgress(c.get('ctx'), c.req.valid('param').jobId), 200),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/jobs/{jobId}/items',
      tags,
      summary: 'The URLs of a job with the status and reason of each',
      request: {
        params: jobParams(),
        query: pageQuery(itemKey).extend({
          status: z.enum(ITEM_STATUSES).optional(),
          reason: reason().optional(),
        }),
      },
      responses: { 200: json(page(item())), ...problems() },
    }),
    async (c) => {
      const query = c.req.valid('query');
      const input = {
        ...toPageInput(query, itemKey),
        status: query.status ?? null,
        reason: query.reason ?? null,
      };
      return c.json(await listItems(c.get('ctx'), c.req.valid('param').jobId, input), 200);
    },
  );
}
