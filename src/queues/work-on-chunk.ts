import { AppError } from '../errors/app-error.ts';
import { withDeadline } from '../lib/deadline.ts';
import { isSwept } from '../media/store-again.ts';
import type { Claim, CrawlCoordinatorRpc, Taken } from '../crawl/coordinator.ts';
import { bookingOf, cancelTurns } from '../crawl/host-gate.ts';
import type { RecordChunk } from './group-recorder.ts';
import type { Heartbeat } from './heartbeat.ts';
import { createRecorder } from './recorder.ts';
import type { ChunkOrder } from './work-conserving.ts';
import { type RoundTools, type Waiting, workInRounds } from './work-in-rounds.ts';

/** A stop does not wait longer for the gates. */
const CANCEL_MS = 500;

/** What passes by itself: a part that does not answer, and a row that somebody else holds. */
const OUTAGES = new Set(['unavailable', 'conflict', 'idempotency_in_progress']);

export interface ChunkTools extends RoundTools {
  record: RecordChunk;
  heartbeat: Heartbeat;
  coordinator: CrawlCoordinatorRpc;
  /** How long the coordinator may take to answer. */
  coordinatorMs: number;
  /** Results written down together. */
  resultsPerRecord: number;
}

export interface ChunkReport {
  /** `run`: it was worked on; else why not. */
  claim: Claim['kind'];
  items: number;
  written: number;
  /** URLs given back to wait for their host. */
  waiting: number;
  /** The fault of ours that ended it early. */
  fault: unknown;
}

/**
 * Works on one chunk under a lease, which `taken` is if there is one already: asks the hosts' gates, downloads and
 * judges each URL, and writes the results down as they come. URLs whose turn is much later are given back with the
 * chunk. Never throws for a fault of one URL; a fault of ours is reported to the coordinator, which hands the chunk out
 * again with what was not written down.
 */
export async function workOnChunk(
  ref: ChunkOrder,
  tools: ChunkTools,
  taken: Taken['claim'] | null = null,
): Promise<ChunkReport> {
  const ask = async <T>(call: Promise<T>) => await withDeadline(call, tools.coordinatorMs, 'the coordinator');
  const claim = taken ?? (await ask(tools.coordinator.claim(ref)));
  if (claim.kind !== 'run') return { claim: claim.kind, items: 0, written: 0, waiting: 0, fault: null };

  const lease = { jobId: ref.jobId, epoch: ref.epoch, chunk: ref.chunk, leaseId: claim.leaseId };
  const stop = new AbortController();
  const recorder = createRecorder(tools.record, ref, tools.resultsPerRecord, () => stop.abort());
  const leave = tools.heartbeat.join(lease, (answer) => {
    recorder.flush();
    answer.then(
      (said) => said !== 'go' && stop.abort(),
      () => undefined,
    );
  });

  const { items } = claim;
  const booking = bookingOf(ref);
  let left: Waiting[] = [];
  let fault: unknown = null;
  try {
    const work = { ...claim, booking, signal: stop.signal, onResult: recorder.add };
    left = await workInRounds(work, tools);
  } catch (error) {
    fault = error;
  } finally {
    leave();
  }

  const isStopped = stop.signal.aborted;
  if (isStopped) {
    const urls = items.map(({ url }) => url);
    await withDeadline(cancelTurns(tools.gateFor, booking, urls), CANCEL_MS, 'the gates').catch(
      () => undefined,
    );
  }
  const recorded = await recorder
    .close(fault === null && left.length === 0 && !isStopped)
    .catch((error: unknown) => {
      fault ??= error;
      return null;
    });
  if (fault !== null) {
    const open = items.filter(({ position }) => !recorder.isRecorded(position));
    await ask(tools.coordinator.fail(lease, describe(fault), open));
  } else if (left.length > 0 && !isStopped) {
    const until = Math.min(...left.map((one) => one.until));
    const waiting = left.map(({ item }) => item);
    await ask(tools.coordinator.park(lease, until, waiting));
  } else {
    const hasEnded = recorded !== null && !['running', 'stopping'].includes(recorded.status ?? '');
    await ask(tools.coordinator.finish(lease, { hasEnded, dueAt: recorded?.dueAt ?? null }));
  }
  return {
    claim: 'run',
    items: items.length,
    written: recorder.written,
    waiting: left.length,
    fault,
  };
}

function describe(fault: unknown): { message: string; isOutage: boolean } {
  const message = fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
  // Bytes that the sweep has just taken can be stored again when it is through.
  const isOutage = isSwept(fault) || (fault instanceof AppError && OUTAGES.has(fault.code));
  return { message, isOutage };
}
