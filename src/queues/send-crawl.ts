import type { CrawlMessage } from './messages.ts';

/** Queues take at most 100 messages a call. */
const QUEUE_BATCH = 100;

/** Sends the messages in as few calls as the queue allows. A repeat after a failure half-way does no harm. */
export async function sendCrawl(queue: Queue, messages: CrawlMessage[]): Promise<void> {
  for (let start = 0; start < messages.length; start += QUEUE_BATCH) {
    await queue.sendBatch(messages.slice(start, start + QUEUE_BATCH).map((body) => ({ body })));
  }
}
