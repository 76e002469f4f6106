import { holdMsAfter } from '../crawl/hold.ts';
import { holdBack, startInTurn, type VisitTools } from '../crawl/host-visits.ts';
import { finishSource } from '../domain/crawl/finish-source.ts';
import { type OpenSource, readSource } from '../domain/crawl/read-source.ts';
import { reportProgress } from '../domain/job/report-progress.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import type { Services } from '../services.ts';
import { type Looked, lookInSource, type SourceTools } from './look-in-source.ts';
import { type DiscoverMessage, discoverMessage } from './messages.ts';
import { visitToolsOf } from './visit-tools.ts';

/** The pause after a fault of ours. */
const OUTAGE_SECONDS = 5;

/**
 * Looks for URLs in the pages and sitemaps of a batch. Every message is acknowledged: what was not finished is handed
 * out again by its job's coordinator.
 */
export async function consumeDiscover(batch: MessageBatch, services: Services): Promise<void> {
  const visitTools = visitToolsOf(services);
  const { requestId } = services.scope;
  await Promise.all(
    batch.messages.map(async (message) => {
      const parsed = discoverMessage().safeParse(message.body);
      try {
        if (parsed.success) await discover(parsed.data, services, visitTools);
        else logEvent('error', 'discover_message_invalid', { messageId: message.id, requestId });
      } catch (error) {
        logEvent('warn', 'discover_lost', { requestId, ...parsed.data, ...describeError(error) });
      } finally {
        message.ack();
      }
    }),
  );
}

type OurTools = ReturnType<typeof visitToolsOf>;

async function discover(message: DiscoverMessage, services: Services, visitTools: OurTools): Promise<void> {
  const { service } = services.db;
  const source = await readSource(service, message);
  if (source === null) return;
  const started = services.clock.now();
  const { signal } = new AbortController();
  const booking = `${message.jobId}/${message.epoch}/source-${message.source}`;
  const tools = {
    ...visitTools,
    service,
    retrySeconds: services.config.CRAWL_RETRY_SECONDS,
    signal,
    backOff: async (origin: string, untilMs: number) => await holdBack(visitTools, origin, untilMs),
    // Few at a time, so that each has a connection at once.
    start: startInTurn(visitTools, async (_turnAt, task) => await task(), {
      booking,
      turn: null,
      starts: new Map(),
      signal,
    }),
  };
  const looked = await lookAtItsTurn(message, source, tools).catch((error: unknown): Looked => {
    // A fault of ours says nothing about the source.
    logEvent('warn', 'discover_failed', { ...message, ...describeError(error) });
    return { outcome: { status: 'waiting' }, retrySeconds: OUTAGE_SECONDS };
  });
  if (looked === null) return;
  const { outcome, retrySeconds } = looked;
  await finishSource(service, message, outcome, retrySeconds);
  logEvent('info', 'discover_source', {
    ...message,
    kind: source.kind,
    ...outcome,
    retrySeconds,
    durationMs: services.clock.now() - started,
  });
  await services.coordinator(message.jobId).start(message);
  await reportProgress(services, message.jobId, message.requestId);
}

/** Looks in a source, and waits for its turn if that is near enough. Null when the run was over by then. */
async function lookAtItsTurn(
  message: DiscoverMessage,
  source: OpenSource,
  tools: SourceTools & VisitTools,
): Promise<Looked | null> {
  const heldUntil = tools.now() + holdMsAfter(source.waits);
  for (;;) {
    const looked = await lookInSource(message, source, tools);
    if (looked.until === undefined || looked.until > heldUntil) return looked;
    await tools.sleepUntil(looked.until, tools.signal);
    if ((await readSource(tools.service, message)) === null) return null;
  }
}
