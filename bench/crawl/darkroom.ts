import path from 'node:path';
import pg from 'pg';
import * as z from 'zod';
import { type Api, untilEnded } from '../lib/api.ts';
import { startCrons } from '../lib/crons.ts';
import { startMeter } from '../lib/meter.ts';
import { startBenchStack } from '../lib/stack.ts';
import type { Run } from './contender.ts';
import { Outcome } from './manifest.ts';
import { type Sink, startSink } from './sink.ts';
import type { Site } from './site.ts';

/** The most that one request takes. */
const URLS_PER_REQUEST = 10_000;
const ITEMS_PER_PAGE = 200;
const LIMIT_MS = 4 * 60_000;

const Items = z.object({
  data: z.array(Outcome.omit({ sha256: true })),
  nextCursor: z.string().nullable(),
});

const ENTRY = path.join(import.meta.dirname, 'worker-entry.mjs');

/** Runs the URLs as a job on a stack of its own: nothing is cached, stored or known of a host yet. */
export async function runDarkroom(
  site: Site,
  options: { variables: Record<string, string>; dataDir: string },
  signal: AbortSignal,
): Promise<Run> {
  const sink = await startSink(options.dataDir, signal);
  try {
    return await runOnSink(site, sink, options.variables, signal);
  } finally {
    await sink.stop();
  }
}

async function runOnSink(
  site: Site,
  sink: Sink,
  variables: Record<string, string>,
  signal: AbortSignal,
): Promise<Run> {
  const stack = await startBenchStack(
    'production',
    { CRAWL_ALLOWED_ORIGINS: site.origins.join(','), ...variables },
    signal,
    { file: ENTRY, services: { SINK: new URL(sink.url).host } },
  );
  const stopCrons = startCrons(stack.url);
  try {
    const { api } = stack;
    const jobId = await draft(
      api,
      site.manifest.map(({ url }) => url),
    );
    const meter = startMeter({ ...stack.pids(), sink: sink.pid });
    const started = Date.now();
    await api.call(`/v1/jobs/${jobId}/start`, {});
    const end = await untilEnded(api, jobId, LIMIT_MS, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      // What has no result by then counts as wrong.
      console.error(String(error));
      return null;
    });
    const cost = meter.stop();
    // Looked at once a second only; the job itself knows when it ended, by the clock of the same machine.
    const seconds = (Date.parse(end?.finishedAt ?? new Date().toISOString()) - started) / 1_000;
    const outcomes = await sink.confirm(await readOutcomes(api, jobId, stack.serviceUrl));
    return { seconds, cost, outcomes };
  } finally {
    stopCrons();
    await stack.stop();
  }
}

async function draft(api: Api, urls: string[]): Promise<string> {
  const projects = await api.call<{ data: { id: string }[] }>('/v1/projects');
  const projectId = projects.data[0]?.id ?? '';
  const { id } = await api.call<{ id: string }>(`/v1/projects/${projectId}/jobs`, { kind: 'urls' });
  for (let at = 0; at < urls.length; at += URLS_PER_REQUEST)
    await api.call(`/v1/jobs/${id}/urls`, { urls: urls.slice(at, at + URLS_PER_REQUEST) });
  return id;
}

async function readOutcomes(api: Api, jobId: string, databaseUrl: string): Promise<Outcome[]> {
  const hashes = await readHashes(jobId, databaseUrl);
  const outcomes: Outcome[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const after = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const page = Items.parse(await api.call(`/v1/jobs/${jobId}/items?limit=${ITEMS_PER_PAGE}${after}`));
    outcomes.push(...page.data.map((item) => ({ ...item, sha256: hashes.get(item.url) ?? null })));
    cursor = page.nextCursor;
  }
  return outcomes;
}

/** The hash of the image that each URL led to. */
async function readHashes(jobId: string, databaseUrl: string): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ url: string; sha256: string }>(
      `select s.url, encode(b.sha256, 'hex') sha256 from crawl_items c
       join images i on i.id = c.image_id join blobs b using (sha256)
       join image_sources s on s.image_id = i.id and s.url_hash = c.url_hash
       where c.job_id = $1`,
      [jobId],
    );
    return new Map(rows.map(({ url, sha256 }) => [url, sha256]));
  } finally {
    await client.end();
  }
}
