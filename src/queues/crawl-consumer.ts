import { createByteBudget } from '../crawl/byte-budget.ts';
import { userAgentOf } from '../crawl/fetch-image.ts';
import { type CrawlTools, type ItemResult, processItem } from '../crawl/process-item.ts';
import { codecs } from '../media/thumbnail/codecs.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import type { Services } from '../services.ts';
import { createFairPool, type FairPool } from './fair-pool.ts';
import { claimChunk, type PendingItem, recordResults } from './crawl-store.ts';
import { type CrawlMessage, crawlMessage } from './messages.ts';

/** An invocation may wait for six answers at a time (Workers platform limit on open connections). */
const CONCURRENT_FETCHES = 6;
/** Of the 128 MB an isolate has. */
const MAX_BYTES_IN_FLIGHT = 24 * 1024 * 1024;
/** Few enough for a short transaction, enough for little overhead. */
const RESULTS_PER_BATCH = 10;
const RETRY_SECONDS = [5, 15, 60];

/**
 * Works on the chunks of a batch together, sharing the connections of this invocation. A chunk with items
 * left over because of a fault of ours is delivered again; what was recorded stays recorded.
 */
export async function consumeCrawl(batch: MessageBatch, services: Services): Promise<void> {
  const pool = createFairPool(CONCURRENT_FETCHES);
  const tools: CrawlTools = {
    userAgent: userAgentOf(services.config.PUBLIC_URL),
    media: services.media,
    codecs,
    budget: createByteBudget(MAX_BYTES_IN_FLIGHT),
    allowedOrigins: services.config.CRAWL_ALLOWED_ORIGINS ?? [],
    now: () => services.clock.now(),
  };
  await Promise.all(
    batch.messages.map(async (message) => {
      const parsed = crawlMessage.safeParse(message.body);
      if (!parsed.success) {
        logEvent('error', 'crawl_message_invalid', { messageId: message.id });
        message.ack();
        return;
      }
      try {
        await workOnChunk(parsed.data, services, tools, pool);
        message.ack();
      } catch (error) {
        const { jobId, chunk, requestId } = parsed.data;
        logEvent('warn', 'crawl_chunk_retry', {
          jobId,
          chunk,
          requestId,
          attempts: message.attempts,
          ...describeError(error),
        });
        message.retry({ delaySeconds: RETRY_SECONDS[message.attempts - 1] ?? 60 });
      }
    }),
  );
}

async function workOnChunk(
  message: CrawlMessage,
  services: Services,
  tools: CrawlTools,
  pool: FairPool,
): Promise<void> {
  const started = services.clock.now();
  const items = await claimChunk(services.db.service, message);
  const run = pool.lane();
  let results: ItemResult[] = [];
  let isOver = false;
  let recording = Promise.resolve();
  const flush = () => {
    const full = results;
    results = [];
    recording = recording.then(async () => {
      // Nothing recorded: the job was deleted meanwhile, or another delivery was faster. Either way, stop.
      if ((await recordResults(services.db.service, message, full)) === 0) isOver = true;
    });
    // Awaited below; until then a failure must not count as unhandled.
    recording.catch(() => undefined);
  };
  const outcomes = await Promise.allSettled(
    items.map((item: PendingItem) =>
      run(async () => {
        if (isOver) return;
        // Awaited on a line of its own: `results` may be another array by then.
        const result = await processItem(item, item.options, tools);
        results.push(result);
        if (results.length >= RESULTS_PER_BATCH) flush();
      }),
    ),
  );
  if (results.length > 0) flush();
  await recording;
  const { jobId, chunk, requestId } = message;
  logEvent('info', 'crawl_chunk', {
    jobId,
    chunk,
    requestId,
    items: items.length,
    durationMs: services.clock.now() - started,
  });
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
}
