import type { RequestContext } from '../../src/context.ts';
import { getProgress } from '../../src/domain/job/get-progress.ts';
import { listChunks } from '../../src/domain/job/list-chunks.ts';
import { listItems } from '../../src/domain/job/list-items.ts';
import type { Api } from '../lib/api.ts';
import { type Latency, measureInTurn } from './latency.ts';
import { type Cost, explainRead } from './plans.ts';

const CALLS = 200;
const PAGE = { limit: 100, after: null };
const ALL = { ...PAGE, status: null };

interface Read {
  name: string;
  path: string;
  verb(ctx: RequestContext, jobId: string): Promise<unknown>;
}

const PROGRESS: Read = { name: 'progress', path: '/progress', verb: getProgress };
const CHUNKS: Read = {
  name: 'chunks',
  path: '/chunks?limit=100',
  verb: async (ctx, jobId) => await listChunks(ctx, jobId, ALL),
};
const ITEMS: Read = {
  name: 'items',
  path: '/items?limit=100',
  verb: async (ctx, jobId) => await listItems(ctx, jobId, { ...ALL, reason: null }),
};
const PENDING_ITEMS: Read = {
  name: 'items, pending',
  path: '/items?status=pending&limit=100',
  verb: async (ctx, jobId) => await listItems(ctx, jobId, { ...PAGE, status: 'pending', reason: null }),
};
const FAILED_ITEMS: Read = {
  name: 'items, failed',
  path: '/items?status=failed&limit=100',
  verb: async (ctx, jobId) => await listItems(ctx, jobId, { ...PAGE, status: 'failed', reason: null }),
};
/** Filters that no item passes: nothing ends the search early. */
const SKIPPED_ITEMS: Read = {
  name: 'items, skipped (none)',
  path: '/items?status=skipped&limit=100',
  verb: async (ctx, jobId) => await listItems(ctx, jobId, { ...PAGE, status: 'skipped', reason: null }),
};
const BY_REASON: Read = {
  name: 'items, by a reason (none)',
  path: '/items?reason=corrupt&limit=100',
  verb: async (ctx, jobId) => await listItems(ctx, jobId, { ...ALL, reason: 'corrupt' }),
};

export const READS_OF_DRAFT: readonly Read[] = [
  PROGRESS,
  CHUNKS,
  ITEMS,
  PENDING_ITEMS,
  SKIPPED_ITEMS,
  BY_REASON,
];
export const READS_UNDER_WAY: readonly Read[] = [PROGRESS];
export const READS_OF_ENDED: readonly Read[] = [PROGRESS, CHUNKS, ITEMS, FAILED_ITEMS];

export interface Comparison {
  name: string;
  large: Latency & Cost;
  small: Latency & Cost;
}

/** What each read costs for a large job and for a small one, asked for in turn. */
export async function compareReads(
  reads: readonly Read[],
  jobs: { large: string; small: string },
  tools: { api: Api; appUrl: string; userId: string },
  signal: AbortSignal,
): Promise<Comparison[]> {
  const compared: Comparison[] = [];
  for (const { name, path, verb } of reads) {
    const ids = [jobs.large, jobs.small];
    const times = await measureInTurn(
      tools.api,
      ids.map((id) => `/v1/jobs/${id}${path}`),
      CALLS,
      signal,
    );
    const [large, small] = await Promise.all(
      ids.map(async (id, at) => ({
        ...(times[at] ?? { median: 0, p95: 0, calls: 0, failed: 0 }),
        ...(await explainRead(tools.appUrl, tools.userId, async (ctx) => await verb(ctx, id))),
      })),
    );
    if (large && small) compared.push({ name, large, small });
  }
  return compared;
}
