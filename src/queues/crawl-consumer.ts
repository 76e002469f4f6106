import { createByteBudget } from '../crawl/byte-budget.ts';
import { codecs } from '../media/thumbnail/codecs.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import type { Services } from '../services.ts';
import { createFairPool } from './fair-pool.ts';
import { crawlMessage } from './messages.ts';
import { visitToolsOf } from './visit-tools.ts';
import { workOnChunk } from './work-on-chunk.ts';

/** An invocation may wait for six answers at a time (Workers platform limit on open connections). */
const CONCURRENT_FETCHES = 6;
/** Of the 128 MB an isolate has. */
const MAX_BYTES_IN_FLIGHT = 24 * 1024 * 1024;
/** Few enough for a short transaction, enough for little overhead. */
const RESULTS_PER_RECORD = 25;

/**
 * Works on the chunks of a batch together, sharing the connections of this invocation. Every message is
 * acknowledged: a chunk that was not finished is sent again by its job's coordinator.
 */
export async function consumeCrawl(
  batch: MessageBatch,
  services: Services,
  resultsPerRecord = RESULTS_PER_RECORD,
): Promise<void> {
  const pool = createFairPool(CONCURRENT_FETCHES);
  const tools = {
    ...visitToolsOf(services),
    media: services.media,
    codecs,
    budget: createByteBudget(MAX_BYTES_IN_FLIGHT),
    retrySeconds: services.config.CRAWL_RETRY_SECONDS,
    service: services.db.service,
    resultsPerRecord,
  };
  await Promise.all(
    batch.messages.map(async (message) => {
      const parsed = crawlMessage.safeParse(message.body);
      if (!parsed.success) {
        logEvent('error', 'crawl_message_invalid', { messageId: message.id });
        message.ack();
        return;
      }
      const { jobId, chunk, requestId } = parsed.data;
      const started = services.clock.now();
      try {
        const { fault, ...report } = await workOnChunk(parsed.data, {
          ...tools,
          coordinator: services.coordinator(jobId),
          connect: pool.lane(),
        });
        const fields = { jobId, chunk, requestId, ...report, durationMs: services.clock.now() - started };
        if (fault === null) logEvent('info', 'crawl_chunk', fields);
        else logEvent('warn', 'crawl_chunk_failed', { ...fields, ...describeError(fault) });
      } catch (error) {
        // The coordinator did not answer; it sends the chunk again when it hears nothing of it.
        logEvent('warn', 'crawl_chunk_lost', { jobId, chunk, requestId, ...describeError(error) });
      } finally {
        message.ack();
      }
    }),
  );
}
