import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { Board, LEASE_MS } from '../../durable-objects/crawl-coordinator/board.ts';
import { laneLimitFor } from '../../src/crawl/lane.ts';
import type { CrawlCoordinatorRpc } from '../../src/crawl/coordinator.ts';
import type { Database } from '../../src/db/client.ts';
import { takeChunks } from '../../src/domain/crawl/take-chunks.ts';
import { consumeCrawl } from '../../src/queues/crawl-consumer.ts';
import type { CrawlMessage } from '../../src/queues/messages.ts';
import type { Services } from '../../src/services.ts';
import { query } from './query.ts';

export interface Disturbance {
  random(): number;
  /** Consumers that are killed in the middle. */
  kills: number;
}

type Kind = 'database' | 'coordinator' | 'media';
/** Calls of a kind that a consumer makes at most before a kill; about as many as it makes for a batch. */
const CALLS_BEFORE_KILL: Record<Kind, number> = { database: 6, coordinator: 5, media: 24 };
const KINDS: readonly Kind[] = ['database', 'coordinator', 'media'];
/** Far fewer than usual, so that a chunk is written down in several parts. */
const RESULTS_PER_RECORD = 3;

/**
 * A consumer that is gone after so many calls to the outside: the call is made or not, its answer never arrives, and
 * nor does that of any later one. That is what the rest of the world sees of a Worker that is killed.
 */
class Mortal {
  #left: number;
  #isCallMade: boolean;
  #kind: Kind;

  constructor(kind: Kind, left: number, isCallMade: boolean) {
    this.#kind = kind;
    this.#left = left;
    this.#isCallMade = isCallMade;
  }

  async call<T>(kind: Kind, work: () => Promise<T>): Promise<T> {
    if (this.#left === 0) throw new Error('killed');
    if (kind !== this.#kind) return await work();
    this.#left--;
    if (this.#left > 0) return await work();
    if (this.#isCallMade) await work();
    throw new Error('killed');
  }
}

function mortalServices(services: Services, coordinator: CrawlCoordinatorRpc, mortal: Mortal): Services {
  const { service } = services.db;
  const open = async () => {
    const queries = await service.open();
    const transaction = async (...args: Parameters<typeof queries.transaction>) =>
      await mortal.call('database', async () => await queries.transaction(...args));
    // The client is a function with methods, of which a batch uses `query` and `transaction`.
    return Object.assign(queries.bind(null), queries, { transaction }) as typeof queries;
  };
  const database: Database = { ...service, open };
  const { media } = services;
  const told: CrawlCoordinatorRpc = {
    start: async (run) => await mortal.call('coordinator', async () => await coordinator.start(run)),
    revive: async (run) => await mortal.call('coordinator', async () => await coordinator.revive(run)),
    stop: async (run) => await mortal.call('coordinator', async () => await coordinator.stop(run)),
    claim: async (chunk) => await mortal.call('coordinator', async () => await coordinator.claim(chunk)),
    next: async (run) => await mortal.call('coordinator', async () => await coordinator.next(run)),
    report: async (leases) => await mortal.call('coordinator', async () => await coordinator.report(leases)),
    park: async (...args) => await mortal.call('coordinator', async () => await coordinator.park(...args)),
    finish: async (...args) =>
      await mortal.call('coordinator', async () => await coordinator.finish(...args)),
    fail: async (...args) => await mortal.call('coordinator', async () => await coordinator.fail(...args)),
  };
  return {
    ...services,
    db: { ...services.db, service: database },
    media: {
      ...media,
      putOriginal: async (...args) =>
        await mortal.call('media', async () => await media.putOriginal(...args)),
    },
    coordinator: () => told,
  };
}

/**
 * Works off a started job with the coordinator's own board and the consumer's own code, under a clock of its own. A
 * disturbed run gets every message twice, in random order and company, from consumers of which some are killed.
 */
export async function simulate(
  jobId: string,
  services: Services,
  disturbance: Disturbance | null,
): Promise<void> {
  const random = disturbance?.random ?? (() => 0);
  const rows = { load: () => [], save: () => undefined, remove: () => undefined, clear: () => undefined };
  const board = new Board(rows);
  let now = 0;
  let kills = disturbance?.kills ?? 0;
  const late: CrawlMessage[] = [];

  const coordinator: CrawlCoordinatorRpc = {
    start: async () => undefined,
    revive: async () => undefined,
    stop: async () => undefined,
    claim: async ({ chunk }) => board.claim(chunk, crypto.randomUUID(), {}, now),
    // Tests run together: there are runs of others, too.
    next: async (run) => {
      const taken = run.jobId === jobId ? board.next(crypto.randomUUID(), {}, now) : null;
      return taken && { ...taken, requestId: null };
    },
    report: async (leases) =>
      leases.map(({ chunk, leaseId }) => (board.prolong(chunk, leaseId, now) ? 'go' : 'stale')),
    park: async ({ chunk, leaseId }, _until, left) => void board.park(chunk, leaseId, now, left),
    finish: async ({ chunk, leaseId }) => void board.finish(chunk, leaseId),
    fail: async ({ chunk, leaseId }, _fault, left) => board.fail(chunk, leaseId, true, left, now),
  };

  const deliver = async (messages: CrawlMessage[]) => {
    const isKilled = kills > 0 && random() < 0.5;
    if (isKilled) kills--;
    const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'database';
    const calls = isKilled ? 1 + Math.floor(random() * CALLS_BEFORE_KILL[kind]) : Infinity;
    const mortal = new Mortal(kind, calls, random() < 0.5);
    const bodies = messages.map((body) => ({
      id: crypto.randomUUID(),
      timestamp: new Date(),
      attempts: 1,
      body,
    }));
    const batch = createMessageBatch('darkroom-crawl', bodies);
    const context = createExecutionContext();
    await consumeCrawl(batch, mortalServices(services, coordinator, mortal), RESULTS_PER_RECORD);
    await getQueueResult(batch, context);
    // What the dead held is free again once its lease has run out.
    if (isKilled) now += LEASE_MS;
  };

  for (let round = 0; round < 200; round++) {
    const [job] = await query<{ finished_at: Date | null }>(
      'select finished_at from crawl_jobs where id = $1',
      [jobId],
    );
    if (job?.finished_at) {
      for (const message of late) await deliver([message]);
      return;
    }
    const { send } = board.takeDue(now);
    const taken = await takeChunks(services.db.service, {
      jobId,
      epoch: 1,
      wanted: board.room,
      busy: board.busyLanes,
      lane: '',
      laneLimit: laneLimitFor(5),
    });
    board.add(taken.chunks, now);
    const due = [...send, ...taken.chunks.map(({ chunk }) => chunk)].map((chunk): CrawlMessage => ({
      v: 1,
      jobId,
      epoch: 1,
      chunk,
      requestId: null,
    }));
    if (disturbance) {
      // The second copy comes in this round or long after.
      for (const message of [...due]) (random() < 0.5 ? due : late).push(message);
      for (let at = due.length - 1; at > 0; at--) {
        const other = Math.floor(random() * (at + 1));
        const [mine, others] = [due[at], due[other]];
        if (mine && others) [due[at], due[other]] = [others, mine];
      }
    }
    while (due.length > 0) await deliver(due.splice(0, 1 + Math.floor(random() * 3)));
    now = Math.max(now + 1_000, send.length + taken.chunks.length > 0 ? 0 : (board.nextDueAt ?? 0));
    // Waiting for another try takes no time here.
    await query(`update job_chunks set not_before = now() where job_id = $1 and status = 'pending'`, [jobId]);
    await query(`update crawl_items set retry_at = now() where job_id = $1 and status = 'deferred'`, [jobId]);
  }
  throw new Error('the job does not end');
}
