import { neonConfig } from '@neondatabase/serverless';
import type {
  ChunkItem,
  ChunkRef,
  Claim,
  CrawlCoordinatorRpc,
  LeaseRef,
} from '../../../src/crawl/coordinator.ts';
import { HOLD_MS } from '../../../src/crawl/hold.ts';
import { query } from '../query.ts';

/** What consumers told the coordinator. */
export interface Told {
  started: string[];
  stopped: string[];
  parked: { chunk: number; until: number; left: ChunkItem[] }[];
  finished: { chunk: number; hasEnded: boolean; dueAt: number | null }[];
  failed: { chunk: number; message: string; isOutage: boolean; left: ChunkItem[] }[];
}

/**
 * Stands in for the objects that coordinate jobs, so that a test decides itself what is delivered, when and how
 * often. It gives a lease to everybody who asks, also to several at once: what keeps a redelivery from counting
 * twice must then be the database.
 */
export function fakeCoordinators(report: 'go' | 'stop' | 'stale' = 'go') {
  const told: Told = { started: [], stopped: [], parked: [], finished: [], failed: [] };
  const coordinator: CrawlCoordinatorRpc = {
    start: async ({ jobId }) => void told.started.push(jobId),
    revive: async ({ jobId }) => void told.started.push(jobId),
    stop: async ({ jobId }) => void told.stopped.push(jobId),
    claim: async (ref) => {
      // The client's address of the database is global: the consumer's own, perhaps broken one must come back.
      const endpoint = neonConfig.fetchEndpoint;
      try {
        return await claim(ref);
      } finally {
        neonConfig.fetchEndpoint = endpoint;
      }
    },
    // Only what a test delivers is worked on.
    next: async () => null,
    report: async (leases) => leases.map(() => report),
    park: async ({ chunk }, until, left) => void told.parked.push({ chunk, until, left }),
    finish: async ({ chunk }: LeaseRef, job) => void told.finished.push({ chunk, ...job }),
    fail: async ({ chunk }: LeaseRef, fault, left) => void told.failed.push({ chunk, ...fault, left }),
  };
  const namespace = { idFromName: (name: string) => name, get: () => coordinator };
  return { told, namespace };
}

async function claim(ref: ChunkRef): Promise<Claim> {
  const [job] = await query<{ options: object }>(
    `update crawl_jobs set status = 'running' where id = $1 and epoch = $2 and status in ('queued', 'running')
     returning options`,
    [ref.jobId, ref.epoch],
  );
  if (!job) return { kind: 'stale' };
  const [chunk] = await query<{ attempt: number }>(
    `update job_chunks set status = 'sent' where job_id = $1 and chunk = $2 and status in ('pending', 'sent')
     returning attempt`,
    [ref.jobId, ref.chunk],
  );
  if (!chunk) return { kind: 'done' };
  const items = await query<ChunkItem>(
    `select position, url from crawl_items where job_id = $1 and chunk = $2
       and status in ('pending', 'deferred') and attempts = $3 order by position`,
    [ref.jobId, ref.chunk, chunk.attempt],
  );
  return {
    kind: 'run',
    leaseId: crypto.randomUUID(),
    attempt: chunk.attempt,
    items,
    options: job.options,
    holdMs: HOLD_MS,
  };
}
