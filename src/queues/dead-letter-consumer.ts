import { failChunk } from '../domain/crawl/fail-chunk.ts';
import { finishSource } from '../domain/crawl/finish-source.ts';
import { logEvent } from '../observability/logger.ts';
import type { Services } from '../services.ts';
import { crawlMessage, discoverMessage } from './messages.ts';

const FAULT = 'its consumer broke every time';

/** Gives what broke its consumer again and again its final status, so that no job waits for ever. */
export async function consumeDeadLetters(batch: MessageBatch, services: Services): Promise<void> {
  for (const message of batch.messages) {
    const chunk = crawlMessage().safeParse(message.body);
    const source = discoverMessage().safeParse(message.body);
    if (chunk.success) {
      const { written } = await failChunk(services.db.service, chunk.data, FAULT);
      const { jobId, epoch, requestId } = chunk.data;
      logEvent('error', 'crawl_dead_letter', { jobId, chunk: chunk.data.chunk, requestId, items: written });
      await services.coordinator(jobId).start({ jobId, epoch, requestId });
    } else if (source.success) {
      const { jobId, epoch, requestId } = source.data;
      await finishSource(services.db.service, source.data, {
        status: 'failed',
        reason: 'dead_letter',
        detail: FAULT,
      });
      logEvent('error', 'discover_dead_letter', { jobId, source: source.data.source, requestId });
      await services.coordinator(jobId).start({ jobId, epoch, requestId });
    }
    message.ack();
  }
}
