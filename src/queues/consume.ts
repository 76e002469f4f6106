import type { Services } from '../services.ts';
import { consumeCrawl } from './crawl-consumer.ts';
import { consumeDeadLetters } from './dead-letter-consumer.ts';
import { consumeDiscover } from './discover-consumer.ts';

/** Hands a batch to the consumer of its queue. */
export async function consume(batch: MessageBatch, services: Services): Promise<void> {
  if (batch.queue.includes('-dead')) await consumeDeadLetters(batch, services);
  else if (batch.queue.includes('-discover')) await consumeDiscover(batch, services);
  else await consumeCrawl(batch, services);
}
