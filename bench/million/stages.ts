import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Api } from '../lib/api.ts';
import { urlAt } from './urls.ts';

/** The most that one call takes. */
const URLS_A_CALL = 10_000;
const LOOK_MS = 10;
const LIMIT_MS = 120_000;

/** A draft job of `count` URLs in a project of its own, and how many milliseconds each call that added some took. */
export async function addJob(
  api: Api,
  count: number,
  origins: string[],
  signal: AbortSignal,
): Promise<{ id: string; callsMs: number[] }> {
  const project = await api.call<{ id: string }>('/v1/projects', { name: `${count} URLs` });
  const job = await api.call<{ id: string }>(`/v1/projects/${project.id}/jobs`, { kind: 'urls', urls: [] });
  const callsMs: number[] = [];
  for (let from = 0; from < count; from += URLS_A_CALL) {
    signal.throwIfAborted();
    const length = Math.min(URLS_A_CALL, count - from);
    const urls = Array.from({ length }, (_, n) => urlAt(from + n, origins));
    const started = performance.now();
    const { total } = await api.call<{ total: number }>(`/v1/jobs/${job.id}/urls`, { urls });
    callsMs.push(performance.now() - started);
    if (total !== from + length) throw new Error(`The job has ${total} URLs, not ${from + length}.`);
  }
  return { id: job.id, callsMs };
}

/** Starts a job; milliseconds until the first chunk was handed out, and until the first results were written down. */
export async function start(
  api: Api,
  client: pg.Client,
  jobId: string,
  signal: AbortSignal,
): Promise<{ firstChunkMs: number; firstResultMs: number }> {
  const started = performance.now();
  await api.call(`/v1/jobs/${jobId}/start`, {});
  const firstChunkMs = await until(
    client,
    `select exists (select from job_chunks where job_id = $1 and status in ('sent', 'done')) as yes`,
    jobId,
    started,
    signal,
  );
  const firstResultMs = await until(
    client,
    `select t.pending < j.total as yes from job_totals t join crawl_jobs j on j.id = t.job_id where j.id = $1`,
    jobId,
    started,
    signal,
  );
  return { firstChunkMs, firstResultMs };
}

/** Asks a job to stop; milliseconds until the reply, and until it has stopped. */
export async function stop(
  api: Api,
  client: pg.Client,
  jobId: string,
  signal: AbortSignal,
): Promise<{ replyMs: number; stoppedMs: number }> {
  const started = performance.now();
  await api.call(`/v1/jobs/${jobId}/stop`, {});
  const replyMs = performance.now() - started;
  const stoppedMs = await until(
    client,
    `select status = 'stopped' as yes from crawl_jobs where id = $1`,
    jobId,
    started,
    signal,
  );
  return { replyMs, stoppedMs };
}

async function until(
  client: pg.Client,
  question: string,
  jobId: string,
  started: number,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    const { rows } = await client.query<{ yes: boolean }>(question, [jobId]);
    const passedMs = performance.now() - started;
    if (rows[0]?.yes === true) return passedMs;
    if (passedMs > LIMIT_MS) throw new Error(`Nothing after ${LIMIT_MS / 1_000} s: ${question}`);
    await sleep(LOOK_MS, undefined, { signal });
  }
}
