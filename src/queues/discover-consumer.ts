import { admitVisit } from '../crawl/host-visits.ts';
import type { Way } from '../crawl/request.ts';
import { finishSource } from '../domain/crawl/finish-source.ts';
import { readSource } from '../domain/crawl/read-source.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import type { Services } from '../services.ts';
import { type Looked, lookInSource } from './look-in-source.ts';
import { type DiscoverMessage, discoverMessage } from './messages.ts';
import { visitToolsOf } from './visit-tools.ts';

/** The pause after a fault of ours. */
const OUTAGE_SECONDS = 5;

/**
 * Looks for URLs in the pages and sitemaps of a batch. Every message is acknowledged: what was not finished is handed
 * out again by its job's coordinator.
 */
export async function consumeDiscover(batch: MessageBatch, services: Services): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      const parsed = discoverMessage.safeParse(message.body);
      try {
        if (parsed.success) await discover(parsed.data, services);
        else logEvent('error', 'discover_message_invalid', { messageId: message.id });
      } catch (error) {
        logEvent('warn', 'discover_lost', { ...parsed.data, ...describeError(error) });
      } finally {
        message.ack();
      }
    }),
  );
}

async function discover(message: DiscoverMessage, services: Services): Promise<void> {
  const { service } = services.db;
  const source = await readSource(service, message);
  if (source === null) return;
  const started = services.clock.now();
  const way = wayTo(`${message.jobId}/${message.epoch}/source-${message.source}`, services);
  const tools = { ...way, service, retrySeconds: services.config.CRAWL_RETRY_SECONDS };
  const { outcome, retrySeconds } = await lookInSource(message, source, tools).catch(
    (error: unknown): Looked => {
      // A fault of ours says nothing about the source.
      logEvent('warn', 'discover_failed', { ...message, ...describeError(error) });
      return { outcome: { status: 'waiting' }, retrySeconds: OUTAGE_SECONDS };
    },
  );
  await finishSource(service, message, outcome, retrySeconds);
  logEvent('info', 'discover_source', {
    ...message,
    kind: source.kind,
    ...outcome,
    retrySeconds,
    durationMs: services.clock.now() - started,
  });
  await services.coordinator(message.jobId).start(message);
}

/** Every request waits for its turn. */
function wayTo(booking: string, services: Services): Way {
  const { signal } = new AbortController();
  const tools = visitToolsOf(services);
  return {
    ...tools,
    connect: async (task) => await task(),
    signal,
    backOff: async (origin, untilMs) => await tools.gateFor(origin).backOff(untilMs),
    admit: admitVisit(tools, booking, null, new Map(), signal),
  };
}
