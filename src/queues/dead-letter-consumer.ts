import { logEvent } from '../observability/logger.ts';
import type { Services } from '../services.ts';
import { claimChunk, recordResults } from './crawl-store.ts';
import { crawlMessage } from './messages.ts';

/** Gives the items of a chunk that could not be worked on their final status, so that no job waits for ever. */
export async function consumeDeadLetters(batch: MessageBatch, services: Services): Promise<void> {
  for (const message of batch.messages) {
    const parsed = crawlMessage.safeParse(message.body);
    if (parsed.success) {
      const items = await claimChunk(services.db.service, parsed.data);
      const results = items.map(({ position }) => ({
        position,
        status: 'failed' as const,
        reason: 'dead_letter',
        detail: 'our own parts failed several times in a row',
      }));
      await recordResults(services.db.service, parsed.data, results);
      const { jobId, chunk, requestId } = parsed.data;
      logEvent('error', 'crawl_dead_letter', { jobId, chunk, requestId, items: items.length });
    }
    message.ack();
  }
}
