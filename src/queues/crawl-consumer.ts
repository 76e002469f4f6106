import { createByteBudget } from '../crawl/byte-budget.ts';
import { listRuns } from '../domain/crawl/list-runs.ts';
import { reportProgress } from '../domain/job/report-progress.ts';
import { withDeadline } from '../lib/deadline.ts';
import { sleep } from '../lib/sleep.ts';
import { codecs } from '../media/thumbnail/codecs.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import type { Services } from '../services.ts';
import { createGroupRecorder, type RecordChunk } from './group-recorder.ts';
import { createHeartbeat } from './heartbeat.ts';
import { crawlMessage } from './messages.ts';
import { createProgressReporter } from './progress-reporter.ts';
import { CONCURRENT_FETCHES, createTurnPool } from './turn-pool.ts';
import { visitToolsOf } from './visit-tools.ts';
import { type ChunkOrder, workConserving } from './work-conserving.ts';
import { workOnChunk } from './work-on-chunk.ts';

/** Of the 128 MB an isolate has. */
const MAX_BYTES_IN_FLIGHT = 24 * 1024 * 1024;
/** What a slow store leaves over waits with its host, not here: of very many puts at a time some would never end. */
const MAX_BODIES_IN_FLIGHT = 64;
/** Few enough for a short transaction, enough for little overhead. */
const RESULTS_PER_RECORD = 50;

/**
 * Works on the chunks of a batch together, sharing the connections of this invocation, and on more, of all runs, while
 * there are connections to spare. Every message is acknowledged: a chunk that was not finished is sent again by its
 * job's coordinator.
 */
export async function consumeCrawl(
  batch: MessageBatch,
  services: Services,
  resultsPerRecord = RESULTS_PER_RECORD,
): Promise<void> {
  const budget = createByteBudget(MAX_BYTES_IN_FLIGHT, {
    leastBytes: MAX_BYTES_IN_FLIGHT / MAX_BODIES_IN_FLIGHT,
    onRelease: () => pool.look(),
  });
  const pool = createTurnPool(CONCURRENT_FETCHES, () => budget.isFull);
  const { signal } = new AbortController();
  const { coordinatorLeaseMs: coordinatorMs } = services.settings.deadlines;
  const requests = new Map<string, string | null>();
  const progress = createProgressReporter({
    report: async (jobId) => await reportProgress(services, jobId, requests.get(jobId) ?? null),
    sleep: async (ms) => await sleep(ms, signal),
  });
  const tools = {
    ...visitToolsOf(services),
    media: services.media,
    codecs,
    budget,
    connect: pool.run,
    retrySeconds: services.config.CRAWL_RETRY_SECONDS,
    coordinatorMs,
    record: noting(createGroupRecorder(services.db.service), ({ jobId, requestId }) => {
      requests.set(jobId, requestId);
      progress.note(jobId);
    }),
    heartbeat: createHeartbeat(services.coordinator),
    resultsPerRecord,
  };
  const messages = batch.messages.flatMap((message) => {
    const parsed = crawlMessage().safeParse(message.body);
    if (!parsed.success) {
      const { requestId } = services.scope;
      logEvent('error', 'crawl_message_invalid', { messageId: message.id, requestId });
    }
    return parsed.success ? [parsed.data] : [];
  });
  await workConserving(messages, {
    listRuns: async () => await listRuns(services.db.service).catch(() => []),
    idleShare: () => pool.idle / CONCURRENT_FETCHES,
    work: async (message, claim) => {
      const { jobId, chunk, requestId } = message;
      const started = services.clock.now();
      try {
        const coordinator = services.coordinator(jobId);
        const { fault, ...report } = await workOnChunk(message, { ...tools, coordinator }, claim);
        const fields = { jobId, chunk, requestId, ...report, durationMs: services.clock.now() - started };
        if (fault === null) logEvent('info', 'crawl_chunk', fields);
        else logEvent('warn', 'crawl_chunk_failed', { ...fields, ...describeError(fault) });
      } catch (error) {
        // The coordinator did not answer; it sends the chunk again when it hears nothing of it.
        logEvent('warn', 'crawl_chunk_lost', { jobId, chunk, requestId, ...describeError(error) });
      }
    },
    next: async (run) =>
      await withDeadline(services.coordinator(run.jobId).next(run), coordinatorMs, 'the coordinator').catch(
        () => null,
      ),
    now: () => services.clock.now(),
    sleep: async (ms) => await sleep(ms, signal),
  });
  for (const message of batch.messages) message.ack();
  await progress.close();
}

/** A recorder that says when a job has new results. */
function noting(record: RecordChunk, note: (order: ChunkOrder) => void): RecordChunk {
  return async (order, results, isLast) => {
    const recorded = await record(order, results, isLast);
    if (recorded.written > 0) note(order);
    return recorded;
  };
}
