/** Queues take at most 100 messages a call. */
const QUEUE_BATCH = 100;

/** The part of a queue that is needed. */
interface Sender<T> {
  sendBatch(messages: MessageSendRequest<T>[]): Promise<unknown>;
}

/** Sends the messages in as few calls as the queue allows. A repeat after a failure half-way does no harm. */
export async function sendAll<T>(queue: Sender<T>, messages: T[]): Promise<void> {
  for (let start = 0; start < messages.length; start += QUEUE_BATCH) {
    await queue.sendBatch(messages.slice(start, start + QUEUE_BATCH).map((body) => ({ body })));
  }
}
