import type { ChunkItem } from '../crawl/coordinator.ts';
import {
  comeAgainAt,
  type Connect,
  holdBack,
  planVisits,
  startInTurn,
  type Starts,
  type Visit,
  type VisitTools,
} from '../crawl/host-visits.ts';
import type { JobOptions } from '../crawl/job-options.ts';
import { type CrawlTools, type ItemResult, processItem } from '../crawl/process-item.ts';

/** Times `holdMs` after which no more turns are waited for: a consumer may take 15 min, and others wait for its end. */
const HOLDS = 4;
/** Between two rounds, however soon the next turn is said to be: the gates have clocks of their own. */
const ROUND_GAP_MS = 50;

export interface RoundTools extends CrawlTools, VisitTools {
  connect: Connect;
}

interface RoundOptions {
  items: ChunkItem[];
  attempt: number;
  options: JobOptions;
  booking: string;
  /** How far ahead what the items wait for may lie to be waited for here. */
  holdMs: number;
  signal: AbortSignal;
  onResult(result: ItemResult): void;
}

/** An item that is not done, and when it may be, in ms since 1970. */
export interface Waiting {
  item: ChunkItem;
  until: number;
}

/**
 * Works on items round by round: asks for the turns of those that are left, downloads those whose turn is near, and
 * waits for the next. Returns those that would have to be waited for too long; those that the signal ended are not
 * among them. Errors: faults of ours, after everything else of that round.
 */
export async function workInRounds(work: RoundOptions, tools: RoundTools): Promise<Waiting[]> {
  const starts: Starts = new Map();
  const endAt = tools.now() + HOLDS * work.holdMs;
  let { items } = work;
  for (;;) {
    const left = await workRound(items, work, starts, tools);
    const now = tools.now();
    const next = Math.max(now + ROUND_GAP_MS, Math.min(...left.map(({ until }) => until)));
    if (work.signal.aborted || next > Math.min(now + work.holdMs, endAt)) return left;
    await tools.sleepUntil(next, work.signal);
    items = left.map(({ item }) => item);
  }
}

/** One round, in the order of the items, which is that of their turns. */
async function workRound(
  items: ChunkItem[],
  work: RoundOptions,
  starts: Starts,
  tools: RoundTools,
): Promise<Waiting[]> {
  const now = tools.now();
  const due = items.filter(({ notBefore = 0 }) => notBefore <= now);
  const visits = await planVisits(
    tools,
    work.booking,
    due.map(({ url }) => url),
  );
  const waits = new Map(items.map((item) => [item, item.notBefore ?? 0]));
  const outcomes = await Promise.allSettled(
    due.map(async (item, at) => {
      const until = await visit(item, visits[at], work, starts, tools);
      if (until === null) waits.delete(item);
      else waits.set(item, until);
    }),
  );
  const broken = outcomes.find((outcome) => outcome.status === 'rejected');
  if (broken) throw broken.reason;
  return [...waits].map(([item, until]) => ({ item, until }));
}

/** When to come again for an item, in ms since 1970; null when it is done with. */
async function visit(
  item: ChunkItem,
  turn: Visit | undefined,
  { attempt, booking, options, signal, onResult }: RoundOptions,
  starts: Starts,
  tools: RoundTools,
): Promise<number | null> {
  if (signal.aborted || turn === undefined) return null;
  const { position } = item;
  if (turn.kind === 'stop') {
    onResult({ position, ...turn.failure, detail: turn.detail });
    return null;
  }
  if (turn.kind === 'wait') return turn.until;
  const later = comeAgainAt(turn.at, tools.now());
  if (later !== null) return later;
  await tools.sleepUntil(turn.at, signal);
  if (signal.aborted) return null;
  const outcome = await processItem({ ...item, attempt }, options, tools, {
    start: startInTurn(tools, tools.connect, { booking: `${booking}/${position}`, turn, starts, signal }),
    backOff: async (origin, untilMs) => await holdBack(tools, origin, untilMs),
    signal,
  });
  if (outcome.kind === 'wait') return outcome.until;
  if (outcome.kind === 'result') onResult(outcome.result);
  return null;
}
