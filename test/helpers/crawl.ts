import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, inject } from 'vitest';
import type { CrawlMessage } from '../../src/queues/messages.ts';
import worker from '../../src/index.ts';
import type { Client, Person } from './client.ts';
import { fakeCoordinators } from './fakes/coordinator.ts';
import { query } from './query.ts';

export { query } from './query.ts';

export const imageHost = inject('stores').imageHostUrl;

/** The bucket that wrangler.toml declares. */
export const media = (env as unknown as { MEDIA: R2Bucket }).MEDIA;

export interface Progress {
  status: string;
  total: number;
  pending: number;
  done: number;
  counts: Record<'stored' | 'duplicateExact' | 'rejected' | 'blocked' | 'failed' | 'skipped', number>;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface Item {
  id: string;
  url: string;
  status: string;
  reason: string | null;
  imageId: string | null;
  updatedAt: string;
}

/** A draft job; `paths` are of the image host. */
export async function createJob(
  person: Client,
  projectId: string,
  paths: string[],
  options: Record<string, number> = {},
): Promise<string> {
  const urls = paths.map((path) => new URL(path, imageHost).href);
  const reply = await person.call<{ id: string }>(`/v1/projects/${projectId}/jobs`, {
    body: { kind: 'urls', urls, options },
  });
  expect(reply.status).toBe(201);
  return reply.body.id;
}

export async function progressOf(person: Client, jobId: string): Promise<Progress> {
  return (await person.call<Progress>(`/v1/jobs/${jobId}/progress`)).body;
}

export async function itemsOf(person: Client, jobId: string): Promise<Item[]> {
  return (await person.call<{ data: Item[] }>(`/v1/jobs/${jobId}/items?limit=200`)).body.data;
}

/** Waits until a started job has ended. */
export async function finishJob(person: Client, jobId: string): Promise<Progress> {
  const deadline = Date.now() + 25_000;
  for (;;) {
    const progress = await progressOf(person, jobId);
    if (progress.finishedAt) return progress;
    if (Date.now() > deadline) throw new Error(`the job is still ${JSON.stringify(progress)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Crawls paths of the image host into a project, without the wait for a queue's batch to fill. */
export async function importImages(
  person: Client,
  projectId: string,
  paths: string[],
  options: Record<string, number> = {},
): Promise<string> {
  const jobId = await createJob(person, projectId, paths, options);
  await startUndelivered(jobId);
  const { failed } = await deliver(await messagesOf(jobId));
  expect(failed).toEqual([]);
  return jobId;
}

export async function addMember(projectId: string, person: Person, role: string): Promise<void> {
  await query('insert into project_members (project_id, user_id, role) values ($1, $2, $3::member_role)', [
    projectId,
    person.userId,
    role,
  ]);
}

/** Starts a job whose messages the test delivers itself, and returns the first of them. */
export async function startUndelivered(jobId: string): Promise<CrawlMessage> {
  await query(
    `update crawl_jobs set status = 'queued', epoch = 1, started_at = now() where id = $1 and status = 'draft'`,
    [jobId],
  );
  return { v: 1, jobId, epoch: 1, chunk: 0, requestId: 'test' };
}

/** A message for every chunk of a started job. */
export async function messagesOf(jobId: string): Promise<CrawlMessage[]> {
  const chunks = await query<{ chunk: number }>(
    'select chunk from job_chunks where job_id = $1 order by chunk',
    [jobId],
  );
  return chunks.map(({ chunk }) => ({ v: 1, jobId, epoch: 1, chunk, requestId: 'test' }));
}

export interface Delivery {
  queue?: string;
  attempts?: number;
  /** Instead of bindings and variables of the stack. */
  bindings?: object;
  /** What the coordinator answers to a report. */
  report?: 'go' | 'stop' | 'stale';
}

/** Hands messages to the Worker's queue handler; tells what became of them and what the coordinator was told. */
export async function deliver(bodies: unknown[], delivery: Delivery = {}) {
  const { queue = 'darkroom-crawl', attempts = 1, bindings = {}, report = 'go' } = delivery;
  const { told, namespace } = fakeCoordinators(report);
  const batch = createMessageBatch(
    queue,
    bodies.map((body, index) => ({ id: `message-${index}`, timestamp: Date.now(), attempts, body })),
  );
  const context = createExecutionContext();
  await worker.queue(batch, { ...env, CRAWL_COORDINATOR: namespace, ...bindings }, context);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, context);
  return { acked: explicitAcks, retried: retryMessages.map(({ msgId }) => msgId), ...told };
}
